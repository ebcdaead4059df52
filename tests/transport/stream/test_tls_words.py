from __future__ import annotations

import ssl

import pytest

from wsclient.protocol.events import FailureKind
from wsclient.transport.stream.tls_words import explain

TLS = b"\x15\x03"


def error_of(reason: str, kind: type[ssl.SSLError] = ssl.SSLError) -> ssl.SSLError:
    error = kind(1, f"[SSL: {reason}] {reason.lower().replace('_', ' ')} (_ssl.c:1006)")
    error.reason = reason
    return error


def error_of_alert(number: int) -> ssl.SSLError:
    """Returns what OpenSSL makes of a fatal alert in answer to the first message."""
    incoming = ssl.MemoryBIO()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="game.example")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    incoming.write(bytes((0x15, 3, 3, 0, 2, 2, number)))
    with pytest.raises(ssl.SSLError) as caught:
        tls.do_handshake()
    return caught.value


@pytest.mark.faults("D3")
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no version of TLS in common"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "no cipher in common"),
        ("TLSV1_UNRECOGNIZED_NAME", "no certificate for this name"),
        ("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "none of the application protocols"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "does not accept the certificate of this client"),
        ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "cannot use the certificate of this client"),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", "was revoked"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "has expired"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "does not accept the certificate"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "asks for a certificate of this client"),
        ("TLSV1_ALERT_UNKNOWN_CA", "does not know who signed"),
        ("TLSV1_ALERT_ACCESS_DENIED", "does not let this client in"),
        ("TLSV1_ALERT_INTERNAL_ERROR", "the server failed"),
        ("TLSV1_ALERT_INSUFFICIENT_SECURITY", "stronger ciphers"),
        ("TLSV1_ALERT_DECODE_ERROR", "could not read what this client sent"),
        ("TLSV1_ALERT_DECRYPT_ERROR", "could not verify"),
        ("SSLV3_ALERT_ILLEGAL_PARAMETER", "a fault in the handshake"),
        ("SSLV3_ALERT_UNEXPECTED_MESSAGE", "a fault in the handshake"),
        ("SSLV3_ALERT_BAD_RECORD_MAC", "something else than this client sent"),
        ("TLSV1_ALERT_USER_CANCELLED", "ended the handshake"),
        ("TLSV13_ALERT_MISSING_EXTENSION", "misses something"),
        ("TLSV1_ALERT_INAPPROPRIATE_FALLBACK", "newer TLS"),
        ("TLSV1_ALERT_OF_THE_FUTURE", "the server refused TLS"),
        ("UNSUPPORTED_PROTOCOL", "no version of TLS in common"),
        ("DH_KEY_TOO_SMALL", "too short to be safe"),
        ("WRONG_VERSION_NUMBER", "does not belong there"),
        ("UNEXPECTED_MESSAGE", "does not belong there"),
        ("NO_SUITABLE_KEY_SHARE", "the two sides do not agree (no suitable key share)"),
    ],
)
def test_each_alert_has_its_own_words_and_none_leads_to_plain_text(reason: str, words: str) -> None:
    error = explain(error_of(reason), TLS)
    assert error.kind is FailureKind.TLS
    assert words in error.detail
    assert "ws://" not in error.detail + error.hint


@pytest.mark.faults("D3")
@pytest.mark.parametrize("number", range(1, 256))
def test_openssl_s_own_words_for_an_alert_are_never_all_that_is_shown(number: int) -> None:
    # As a server sends it before anything else, through the real OpenSSL: of some alerts `ssl` knows no reason.
    found = explain(error_of_alert(number), TLS)

    assert found.kind is FailureKind.TLS
    assert "_ssl.c" not in found.detail
    assert "TLS failed: [" not in found.detail
    assert found.hint
    assert "ws://" not in found.detail + found.hint


@pytest.mark.faults("D3")
@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(115, "the server does not know this client", id="unknown_psk_identity"),
        pytest.param(120, "none of the application protocols", id="no_application_protocol"),
        pytest.param(121, "for a reason without a name", id="ech_required"),
    ],
)
def test_an_alert_for_which_python_has_no_name_has_its_own_words_too(number: int, words: str) -> None:
    assert words in explain(error_of_alert(number), TLS).detail


@pytest.mark.faults("D3")
def test_an_alert_for_which_python_has_only_a_number_has_words_too() -> None:  # as in Python 3.14
    error = ssl.SSLError(1, "[SSL] unknown error (0xa000461) (_ssl.c:1082)")
    error.reason = ""

    assert explain(error, TLS).detail.endswith("the server refused TLS, for a reason without a name (unknown error)")


@pytest.mark.faults("D3")
@pytest.mark.parametrize(
    ("first_bytes", "kind", "error"),
    [
        (b"HT", FailureKind.TLS_ON_PLAIN_PORT, error_of("WRONG_VERSION_NUMBER")),
        (b"\x16\x48", FailureKind.TLS_ON_PLAIN_PORT, error_of("WRONG_VERSION_NUMBER")),
        (b"", FailureKind.TLS, error_of("UNEXPECTED_EOF", ssl.SSLEOFError)),
    ],
)
def test_plain_text_is_proposed_if_the_other_side_has_shown_no_tls(
    first_bytes: bytes, kind: FailureKind, error: ssl.SSLError
) -> None:
    found = explain(error, first_bytes)
    assert found.kind is kind
    assert "ws://" in found.hint


def test_a_server_that_hangs_up_in_the_middle_of_tls_does_speak_it() -> None:
    found = explain(error_of("UNEXPECTED_EOF", ssl.SSLEOFError), TLS)
    assert "ws://" not in found.hint


@pytest.mark.faults("B10")
@pytest.mark.parametrize("code", [20, 21])
def test_a_missing_intermediate_certificate_is_named_as_such(code: int) -> None:
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_code, error.verify_message = code, "unable to get local issuer certificate"
    found = explain(error, TLS)
    assert found.kind is FailureKind.CERTIFICATE
    assert "is missing" in found.detail
    assert "intermediate" in found.hint
