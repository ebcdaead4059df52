"""Tests that errors have a reason and a place."""

from __future__ import annotations

import pickle

import pytest

from wsclient.variant import VariantError

REFUSED = VariantError("ERR_INVALID_DATA", "27 is not a type", 8)


def test_it_has_the_code_the_reason_and_the_place() -> None:
    assert (REFUSED.error, REFUSED.reason, REFUSED.offset) == ("ERR_INVALID_DATA", "27 is not a type", 8)
    assert str(REFUSED) == "27 is not a type (at byte 8)"


def test_it_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a type"):
        raise REFUSED


def test_it_can_be_pickled() -> None:
    again = pickle.loads(pickle.dumps(REFUSED))

    assert (again.error, again.reason, again.offset) == (REFUSED.error, REFUSED.reason, REFUSED.offset)
