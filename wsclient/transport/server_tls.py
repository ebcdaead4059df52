"""Builds the TLS context of a server."""

from __future__ import annotations

import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wsclient.transport.opening import securing  # noqa: F401 - loaded here, and not with the first connection
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.stream.stream import Stream

__all__ = ["server_side"]

_NO_PEM: Final = "ssl_certificate or private_key is not PEM, or not complete"
_ENCRYPTED: Final = "private_key is encrypted: pass an ssl.SSLContext that has loaded it as ssl_certificate"
_WORDS: Final = {
    "KEY_VALUES_MISMATCH": "private_key does not belong to ssl_certificate",
    "KEY_TYPE_MISMATCH": "private_key does not belong to ssl_certificate",
    "EE_KEY_TOO_SMALL": "the key of ssl_certificate is too short to be safe",
    "CA_MD_TOO_WEAK": "ssl_certificate is signed in a way that is not safe",
}
"""By OpenSSL's reason; its own words name neither file."""

Pem = str | bytes | os.PathLike[str]


def server_side(
    certificate: Pem | ssl.SSLContext, key: Pem | None, chain: Pem | None
) -> Callable[[Stream, str], TlsStream]:
    """Returns the function that puts the server's side of TLS on a stream.

    Args:
        certificate: a path to a PEM file, or PEM text or bytes; or a context of the user's own.
        key: the private key of the certificate, in the same forms; None if the certificate is a context.
        chain: intermediate certificates, in the same forms; None for none.

    Raises:
        OSError: a file cannot be read, or is not a certificate or key (`ssl.SSLError`).
    """
    context = certificate if isinstance(certificate, ssl.SSLContext) else _context(certificate, key, chain)

    def secure(stream: Stream, _name: str) -> TlsStream:
        return TlsStream(stream, context, None)

    return secure


def _context(certificate: Pem, key: Pem | None, chain: Pem | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    pem = [_pem_of(each) for each in (certificate, chain) if each is not None]
    # OpenSSL can only read a certificate and its key from files.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "certificate.pem").write_bytes(b"\n".join(pem))
        key_file = None
        if key is not None:
            key_file = folder / "key.pem"
            key_file.touch(mode=0o600)
            key_file.write_bytes(_pem_of(key))
        try:
            context.load_cert_chain(folder / "certificate.pem", key_file, _refuse_encrypted)
        except ssl.SSLError as error:
            raise ssl.SSLError(error.errno, _WORDS.get(error.reason or "", _NO_PEM)) from error
    return context


def _refuse_encrypted() -> bytes:
    """Refuses to give the password of a key.

    Without this function, OpenSSL would ask for it on the terminal, and block the game.
    """
    raise OSError(_ENCRYPTED)


def _pem_of(source: Pem) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str) and "-----BEGIN" in source:
        return source.encode()
    return Path(source).read_bytes()
