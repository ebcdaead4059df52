from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support.memory_stream import MemoryStream
from tests.support.tls import ServerTlsStream, authority, server_context
from wsclient.transport.opening.resolver import TlsOptions
from wsclient.transport.stream import tls_context
from wsclient.transport.stream.stream import StreamError
from wsclient.transport.stream.tls_context import ContextCache
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from pathlib import Path


def accepts(context: ssl.SSLContext, server: ssl.SSLContext, host: str = "localhost") -> bool:
    """Whether a client with this context trusts that server."""
    here, there = MemoryStream.pair()
    client, other = TlsStream(here, context, host), ServerTlsStream(there, server)
    try:
        while not client.handshake():
            other.handshake()
    except StreamError:
        return False
    return True


def pem() -> str:
    return authority().cert_pem.bytes().decode()


def der() -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem())


def test_trusts_the_roots_of_certifi_and_of_the_system() -> None:
    context = ContextCache().get(TlsOptions())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) > 50
    assert not accepts(context, server_context())


@pytest.mark.parametrize("kind", ["path", "path of DER", "PEM text", "PEM bytes", "DER"])
def test_trusts_a_certificate_however_it_is_given(kind: str, tmp_path: Path) -> None:
    path, binary = tmp_path / "ca.pem", tmp_path / "ca.der"
    path.write_text("comment\n" + pem())
    binary.write_bytes(der())
    given = {
        "path": str(path),
        "path of DER": str(binary),
        "PEM text": pem(),
        "PEM bytes": pem().encode(),
        "DER": der(),
    }[kind]
    context = ContextCache().get(TlsOptions(trusted_certificate=given))
    assert accepts(context, server_context())
    assert not accepts(context, server_context(), "other.example")
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.hostile("G12")
def test_a_trusted_certificate_replaces_all_others() -> None:
    other = trustme.CA().cert_pem.bytes().decode()
    context = ContextCache().get(TlsOptions(trusted_certificate=other))
    assert len(context.get_ca_certs()) == 1
    assert not accepts(context, server_context())


def test_the_servers_own_certificate_may_be_trusted() -> None:
    leaf = authority().issue_cert("localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(server)
    context = ContextCache().get(TlsOptions(trusted_certificate=leaf.cert_chain_pems[0].bytes().decode()))
    assert accepts(context, server)
    assert not accepts(context, server_context())


def test_a_context_of_the_user_is_used_unchanged() -> None:
    context = ssl.create_default_context()
    assert ContextCache().get(TlsOptions(trusted_certificate=context)) is context
    assert ContextCache().get(TlsOptions(verify=False, trusted_certificate=context)) is context
    assert context.check_hostname


@pytest.mark.hostile("G11")
def test_without_verification_everybody_is_accepted() -> None:
    """Host name included."""
    context = ContextCache().get(TlsOptions(verify=False))
    assert accepts(context, server_context(ca=trustme.CA()), "other.example")
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_without_verification_no_certificate_is_checked() -> None:
    assert ContextCache().get(TlsOptions(verify=False, trusted_certificate="/no/such/file"))


def test_each_set_of_options_is_built_once() -> None:
    cache = ContextCache()
    assert cache.get(TlsOptions()) is cache.get(TlsOptions())
    assert cache.get(TlsOptions(trusted_certificate=pem())) is cache.get(TlsOptions(trusted_certificate=pem()))
    assert cache.get(TlsOptions(trusted_certificate=pem())) is not cache.get(TlsOptions(verify=False))


def test_a_file_that_changed_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    options = TlsOptions(trusted_certificate=str(path))
    cache = ContextCache()
    path.write_bytes(trustme.CA().cert_pem.bytes())
    assert not accepts(cache.get(options), server_context())
    path.write_text(pem())
    assert accepts(cache.get(options), server_context())


def test_only_so_many_are_kept_and_the_one_in_use_is() -> None:
    cache = ContextCache()
    kept = cache.get(TlsOptions(verify=False))
    for _ in range(12):
        cache.get(TlsOptions(trusted_certificate=trustme.CA().cert_pem.bytes()))
        assert cache.get(TlsOptions(verify=False)) is kept
    assert len(cache._contexts) == 8


@pytest.mark.faults("B7")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            "\N{WATCH} la racine de l\N{RIGHT SINGLE QUOTATION MARK}\xe9t\xe9\n{pem}", id="a comment in UTF-8"
        ),
        pytest.param("\ufeff{pem}", id="a byte order mark"),
        pytest.param("{pem}\n# gr\xfc\xdfe\n{pem}", id="a comment in the middle of a bundle"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "bytes", "path"])
def test_of_pem_only_the_blocks_count(given: str, kind: str, tmp_path: Path) -> None:
    text = given.format(pem=pem())
    path = tmp_path / "ca.pem"
    path.write_text(text, encoding="utf-8")
    trusted = {"text": text, "bytes": text.encode(), "path": str(path)}[kind]
    assert accepts(ContextCache().get(TlsOptions(trusted_certificate=trusted)), server_context())


@pytest.mark.faults("B8")
def test_certificates_of_windows_that_cannot_be_read_are_skipped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server_auth = {ssl.Purpose.SERVER_AUTH.oid}
    stores = {
        "CA": [(der()[:-10], "x509_asn", True), (der(), "pkcs_7_asn", True)],
        "ROOT": [(der(), "x509_asn", server_auth), (b"", "x509_asn", {"1.2.3"})],
    }
    monkeypatch.setattr(ssl, "enum_certificates", stores.__getitem__, raising=False)

    context = ContextCache().get(TlsOptions())

    assert accepts(context, server_context())
    assert len(context.get_ca_certs()) > 50, "certifi's count too"
    assert caplog.messages == ["1 certificates in the store of this system cannot be read, and are skipped"]


@pytest.mark.faults("B8")
def test_a_store_of_windows_that_may_not_be_read_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def enumerate_store(store: str) -> list[tuple[bytes, str, bool]]:
        if store == "CA":
            raise PermissionError(5, "Access is denied")
        return [(der(), "x509_asn", True), (b"\x30\x00", "x509_asn", True)]

    monkeypatch.setattr(ssl, "enum_certificates", enumerate_store, raising=False)

    context = ContextCache().get(TlsOptions())

    assert accepts(context, server_context())
    assert len(context.get_ca_certs()) > 50, "certifi's count too"
    assert len(caplog.messages) == 1


@pytest.mark.faults("B7")
@pytest.mark.parametrize("kind", ["bytes", "path"])
def test_pem_in_utf_16_counts_too(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(f"gr\xfc\xdfe\n{pem()}", encoding="utf-16")
    trusted = {"bytes": path.read_bytes(), "path": str(path)}[kind]
    assert accepts(ContextCache().get(TlsOptions(trusted_certificate=trusted)), server_context())


@pytest.mark.faults("D13")
@pytest.mark.parametrize("ignores_environment", [False, True])
def test_the_keys_are_logged_on_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ignores_environment: bool
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    if ignores_environment:
        monkeypatch.setattr(tls_context.sys, "flags", SimpleNamespace(ignore_environment=True))
    assert accepts(ContextCache().get(TlsOptions(verify=False)), server_context())
    assert log.exists() is not ignores_environment


def test_existing_contexts_are_known() -> None:
    cache = ContextCache()
    assert cache.has(TlsOptions(trusted_certificate=ssl.create_default_context()))
    assert not cache.has(TlsOptions(verify=False))
    cache.get(TlsOptions(verify=False))
    assert cache.has(TlsOptions(verify=False))
    assert not cache.has(TlsOptions(trusted_certificate="/some/file.pem"))
