"""What the two errors tell, and to whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.errors import MAX_REASON_SIZE, InvalidArgument, ProtocolViolation


def test_a_callers_mistake_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="port 0 is not in 1-65535"):
        raise InvalidArgument("port 0 is not in 1-65535")


def test_a_violation_knows_its_close_code_and_reason() -> None:
    violation = ProtocolViolation(1002, "masked frame")

    assert (violation.code, violation.reason, str(violation)) == (1002, "masked frame", "1002: masked frame")


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        pytest.param("x" * 123, "x" * 123, id="fits"),
        pytest.param("x" * 124, "x" * 123, id="one-too-many"),
        pytest.param("x" * 122 + "é", "x" * 122, id="no-half-character"),
        pytest.param("\ud800", "?", id="lone-surrogate"),
    ],
)
def test_a_reason_is_cut_to_what_a_close_frame_carries(reason: str, kept: str) -> None:
    assert ProtocolViolation(1002, reason).reason == kept


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_reason_fits_a_close_frame(reason: str) -> None:
    assert len(ProtocolViolation(1011, reason).reason.encode()) <= MAX_REASON_SIZE
