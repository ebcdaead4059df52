"""Explains OpenSSL's errors in words.

Imported in the lookup thread only, as `ssl` is.
"""

from __future__ import annotations

import re
import ssl
from typing import Final

from wsclient.protocol.events import FailureKind
from wsclient.transport.stream.stream import StreamError

__all__ = ["explain"]

_RECORD_TYPES: Final = range(20, 25)  # RFC 8446 section 5.1 and RFC 6520: from change_cipher_spec to heartbeat
_MAJOR_VERSION: Final = 3  # of every TLS, RFC 8446 section 5.1
_NO_ISSUER: Final = (20, 21)  # OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, .._VERIFY_LEAF_SIGNATURE

_TRY_PLAIN: Final = "Try ws:// in place of wss://, or another port."
_OWN_CERTIFICATE: Final = "An ssl.SSLContext with a certificate can be given as trusted_ssl_certificate."
_DISTURBED: Final = "Something between may change what is sent, or one side has a faulty TLS."
_OLD: Final = "The TLS of the server, or of this computer, has to be brought up to date."

_STRANGE: Final = ("the server sent something that does not belong there", _DISTURBED)

# RFC 8446 section 6.2, and the TLS 1.2 alerts that it dropped: by OpenSSL's names, without their prefix.
_ALERTS: Final = {
    "ACCESS_DENIED": ("the server does not let this client in", _OWN_CERTIFICATE),
    "BAD_CERTIFICATE": ("the server does not accept the certificate of this client", _OWN_CERTIFICATE),
    "BAD_CERTIFICATE_HASH_VALUE": ("the server does not accept the certificate of this client", _OWN_CERTIFICATE),
    "BAD_CERTIFICATE_STATUS_RESPONSE": ("the server could not check a certificate", "Try again later."),
    "BAD_RECORD_MAC": ("the server received something else than this client sent", _DISTURBED),
    "CERTIFICATE_EXPIRED": ("the certificate of this client has expired", _OWN_CERTIFICATE),
    "CERTIFICATE_REQUIRED": ("the server asks for a certificate of this client", _OWN_CERTIFICATE),
    "CERTIFICATE_REVOKED": ("the certificate of this client was revoked", _OWN_CERTIFICATE),
    "CERTIFICATE_UNKNOWN": ("the server does not accept the certificate of this client", _OWN_CERTIFICATE),
    "CERTIFICATE_UNOBTAINABLE": ("the server could not get the certificate of this client", _OWN_CERTIFICATE),
    "DECODE_ERROR": ("the server could not read what this client sent", _DISTURBED),
    "DECOMPRESSION_FAILURE": ("the server could not read what this client sent", _DISTURBED),
    "DECRYPT_ERROR": ("the server could not verify what this client sent", _DISTURBED),
    "DECRYPTION_FAILED": ("the server could not read what this client sent", _DISTURBED),
    "EXPORT_RESTRICTION": ("the server and this client have no cipher in common", _OLD),
    "HANDSHAKE_FAILURE": (
        "the server and this client have no cipher in common, or the server asks for a certificate",
        f"{_OLD} {_OWN_CERTIFICATE}",
    ),
    "ILLEGAL_PARAMETER": ("the server found a fault in the handshake of this client", _DISTURBED),
    "INAPPROPRIATE_FALLBACK": ("the server could speak a newer TLS than was agreed on", _DISTURBED),
    "INSUFFICIENT_SECURITY": ("the server wants stronger ciphers than this client has", _OLD),
    "INTERNAL_ERROR": ("the server failed while TLS was agreed on", "Its own log may say why; try again later."),
    "MISSING_EXTENSION": ("the server misses something in the handshake of this client", _OLD),
    "NO_APPLICATION_PROTOCOL": (
        "the server speaks none of the application protocols that were offered there",
        "The port may be for another protocol, such as HTTP/2 alone: check the port.",
    ),
    "NO_CERTIFICATE": ("the server asks for a certificate of this client", _OWN_CERTIFICATE),
    "NO_RENEGOTIATION": ("the server does not agree on TLS again", "Connect again."),
    "PROTOCOL_VERSION": ("the server and this client have no version of TLS in common", _OLD),
    "RECORD_OVERFLOW": ("the server received a record that is too long", _DISTURBED),
    "UNEXPECTED_MESSAGE": ("the server found a fault in the handshake of this client", _DISTURBED),
    "UNKNOWN_CA": ("the server does not know who signed the certificate of this client", _OWN_CERTIFICATE),
    "UNKNOWN_PSK_IDENTITY": ("the server does not know this client", "Connect again."),
    "UNRECOGNIZED_NAME": ("the server has no certificate for this name", "Check the host name in the URL."),
    "UNSUPPORTED_CERTIFICATE": ("the server cannot use the certificate of this client", _OWN_CERTIFICATE),
    "UNSUPPORTED_EXTENSION": ("the server found a fault in the handshake of this client", _OLD),
    "USER_CANCELLED": ("the server ended the handshake", "Connect again."),
}

# Faults that this side detects.
_OURS: Final = {
    "UNSUPPORTED_PROTOCOL": _ALERTS["PROTOCOL_VERSION"],
    "NO_PROTOCOLS_AVAILABLE": _ALERTS["PROTOCOL_VERSION"],
    "NO_SHARED_CIPHER": ("the server and this client have no cipher in common", _OLD),
    "DH_KEY_TOO_SMALL": ("the keys of the server are too short to be safe", _OLD),
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": ("the TLS of the server is too old to be safe", _OLD),
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": ("a record of the server was changed on its way", _DISTURBED),
    "RECORD_LAYER_FAILURE": ("a record of the server was changed on its way", _DISTURBED),
    "BAD_RECORD_TYPE": _STRANGE,
    "LENGTH_MISMATCH": _STRANGE,
    "PACKET_LENGTH_TOO_LONG": _STRANGE,
    "UNEXPECTED_MESSAGE": _STRANGE,
    "WRONG_VERSION_NUMBER": _STRANGE,
    "UNKNOWN_ERROR": ("the server refused TLS, for a reason without a name", "Its own log may say why."),
}

# Python's `ssl` has no name for some reasons, but only OpenSSL's words. If OpenSSL has none either, Python 3.14 adds a
# number.
_WORDS: Final = re.compile(r"\[SSL\] (.+?)(?: \(0x[0-9a-f]+\))? \(_ssl\.c:\d+\)")

_PREFIXES: Final = ("SSLV3_", "TLSV1_", "TLSV13_")


def explain(error: ssl.SSLError, first_bytes: bytes) -> StreamError:
    """Returns an error of OpenSSL in words.

    Args:
        error: the exception.
        first_bytes: the first two bytes from the other side, or fewer if fewer have arrived.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error)
    if first_bytes and not _is_tls(first_bytes):
        return StreamError(FailureKind.TLS_ON_PLAIN_PORT, "the server does not speak TLS", _TRY_PLAIN)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _hung_up(first_bytes)
    reason = error.reason or _reason_in(str(error))
    in_words = reason.replace("_", " ").lower()
    for prefix in _PREFIXES:
        if reason.startswith(prefix):
            alert = reason.removeprefix(prefix).removeprefix("ALERT_")
            words, hint = _ALERTS.get(alert, ("the server refused TLS", ""))
            return StreamError(FailureKind.TLS, f"TLS failed: {words} (alert: {in_words})", hint)
    if reason in _OURS:
        words, hint = _OURS[reason]
        return StreamError(FailureKind.TLS, f"TLS failed: {words} ({in_words})", hint)
    return StreamError(FailureKind.TLS, f"TLS failed: the two sides do not agree ({in_words})", _DISTURBED)


def _hung_up(first_bytes: bytes) -> StreamError:
    words = "the server hung up in the middle of TLS"
    if not first_bytes:
        return StreamError(FailureKind.TLS, f"{words}; it may not speak TLS here", _TRY_PLAIN)
    return StreamError(FailureKind.TLS, words, "Its own log may say why; try again.")


def _reason_in(text: str) -> str:
    found = _WORDS.fullmatch(text)
    return (found[1] if found else text).replace(" ", "_").upper()


def _is_tls(first_bytes: bytes) -> bool:
    return first_bytes[0] in _RECORD_TYPES and first_bytes[1:] in (b"", bytes([_MAJOR_VERSION]))


def _of_certificate(error: ssl.SSLCertVerificationError) -> StreamError:
    detail = f"certificate verify failed: {error.verify_message.rstrip('.')}"
    if error.verify_code not in _NO_ISSUER:
        return StreamError(FailureKind.CERTIFICATE, detail)
    return StreamError(
        FailureKind.CERTIFICATE,
        f"{detail}: the certificate of the authority that signed the server's is missing",
        "The server has to send the whole chain, its intermediate certificates too; if the authority is a private one, "
        "set trusted_ssl_certificate.",
    )
