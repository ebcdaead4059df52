"""The promises of the shared types that code relies on."""

from __future__ import annotations

import pytest

from wsclient.protocol.events import (
    CloseReceived,
    Ended,
    Failure,
    FailureKind,
    Opened,
    PingReceived,
    PongReceived,
    Stage,
)

FAILURE = Failure(stage=Stage.TLS, kind=FailureKind.CERTIFICATE, detail="the certificate has expired")


def test_the_stages_read_as_the_contract_spells_them() -> None:
    # What last_error.stage may be: users compare it with these words.
    stages = ["arguments", "resolve", "proxy", "connect", "tls", "handshake", "open", "close"]

    assert [str(stage) for stage in Stage] == stages


def test_a_failure_without_a_reply_has_no_status() -> None:
    assert (FAILURE.http_status, FAILURE.http_headers, FAILURE.http_body, FAILURE.cause) == (None, (), b"", None)


def test_an_end_is_not_a_failure_by_default() -> None:
    assert Ended(was_clean=True).failure is None


@pytest.mark.parametrize(
    ("event", "field"),
    [
        pytest.param(FAILURE, "detail", id="failure"),
        pytest.param(Opened("chat"), "subprotocol", id="opened"),
        pytest.param(PingReceived(b""), "payload", id="ping"),
        pytest.param(PongReceived(b""), "payload", id="pong"),
        pytest.param(CloseReceived(1000, "", is_answer=False), "code", id="close"),
        pytest.param(Ended(was_clean=True), "was_clean", id="ended"),
    ],
)
def test_events_cannot_be_changed(event: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(event, field, None)
