"""Tests the values that stand for objects on the other side."""

from __future__ import annotations

import copy
import pickle

import pytest

from wsclient.variant import RID, EncodedObjectAsID


def test_all_rids_are_equal() -> None:
    assert RID() == RID()
    assert len({RID(), RID()}) == 1
    assert repr(RID()) == "RID()"


def test_an_object_is_its_id() -> None:
    assert EncodedObjectAsID(5).object_id == 5
    assert EncodedObjectAsID(5) == EncodedObjectAsID(5) != EncodedObjectAsID(6)
    assert repr(EncodedObjectAsID(5)) == "EncodedObjectAsID(object_id=5)"


@pytest.mark.parametrize("object_id", [0, 2**64 - 1])
def test_an_id_has_64_bits(object_id: int) -> None:
    assert EncodedObjectAsID(object_id).object_id == object_id


@pytest.mark.parametrize("object_id", [-1, 2**64])
def test_an_id_of_more_is_refused(object_id: int) -> None:
    with pytest.raises(OverflowError, match="not an unsigned 64-bit number"):
        EncodedObjectAsID(object_id)


@pytest.mark.parametrize("value", [RID(), EncodedObjectAsID(5)], ids=repr)
def test_it_can_be_copied_and_pickled(value: object) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        EncodedObjectAsID(5).object_id = 6  # type: ignore[misc]
