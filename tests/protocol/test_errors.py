"""The two errors: a caller's, and a peer's."""

from __future__ import annotations

import pytest

from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import InvalidArgument, ProtocolViolation


def test_a_callers_mistake_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="port 0 is not in 1-65535"):
        raise InvalidArgument("port 0 is not in 1-65535")


def test_a_violation_knows_its_close_code_and_reason() -> None:
    violation = ProtocolViolation(CloseCode.PROTOCOL_ERROR, "masked frame")

    assert (violation.code, violation.reason, str(violation)) == (1002, "masked frame", "1002: masked frame")


def test_a_violation_cuts_its_reason_to_fit_a_close_frame() -> None:
    assert ProtocolViolation(CloseCode.INVALID_DATA, "x" * 124).reason == "x" * 123
