"""Why a connection ended counts more than why a call was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.failure_record import FailureRecord

if TYPE_CHECKING:
    import pytest


def test_nothing_has_happened_at_first() -> None:
    record = FailureRecord()

    assert (record.ending, record.refusal, record.last_error) == (None, None, None)


def test_a_refusal_is_the_last_error_until_it_ends() -> None:
    record = FailureRecord()
    record.refuse("host:80", Error.FAILED, "no")
    refused = record.last_error
    record.ending = ConnectionFailure.of_close(1011, "")

    assert refused is record.refusal
    assert record.last_error is record.ending


def test_the_line_begins_with_the_address_and_says_everything(caplog: pytest.LogCaptureFixture) -> None:
    FailureRecord().refuse("host:80", Error.FAILED, "it cannot be", hint="Try again")

    assert caplog.messages == ["host:80: FAILED in stage arguments: It cannot be. Try again."]
