"""Tests the server's side of TLS, from each form of a certificate.

For connections with it, see tests/websocket/test_server.py.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from tests.support.memory_stream import MemoryStream
from wsclient.transport.server_tls import server_side
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from pathlib import Path


def test_a_chain_is_sent_too(tmp_path: Path) -> None:
    root = trustme.CA()
    between = root.create_child_ca()
    leaf = between.issue_cert("localhost")
    secure = server_side(
        leaf.cert_chain_pems[0].bytes(),
        leaf.private_key_pem.bytes(),
        b"".join(p.bytes() for p in leaf.cert_chain_pems[1:]),
    )
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    root.configure_trust(trust)
    one, other = MemoryStream.pair()
    client, server = TlsStream(one, trust, "localhost"), secure(other, "")

    is_agreed = [False, False]
    for _ in range(10):
        is_agreed = [client.handshake(), server.handshake()]
    assert is_agreed == [True, True]


@pytest.mark.parametrize("key", [None, b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])
def test_an_invalid_certificate_is_an_os_error(key: bytes | None) -> None:
    with pytest.raises(ssl.SSLError):
        server_side(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", key, None)


LEAF, OTHER = (trustme.CA().issue_cert("localhost") for _ in range(2))
CERTIFICATE = LEAF.cert_chain_pems[0].bytes()
ENCRYPTED = serialization.load_pem_private_key(LEAF.private_key_pem.bytes(), None).private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.BestAvailableEncryption(b"secret"),
)


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        pytest.param(b"MIT License", b"MIT License", "is not PEM", id="no-pem"),
        pytest.param(CERTIFICATE, b"", "is not PEM", id="empty-key"),
        pytest.param(CERTIFICATE, OTHER.private_key_pem.bytes(), "does not belong to ssl_certificate", id="other-key"),
        pytest.param(CERTIFICATE, ENCRYPTED, "private_key is encrypted", id="encrypted-key"),
    ],
)
def test_an_unusable_pair_is_named(certificate: bytes, key: bytes, words: str) -> None:
    with pytest.raises(OSError, match=words):
        server_side(certificate, key, None)
