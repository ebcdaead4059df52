"""Reference has its place in the hierarchy, and nothing of its own."""

from __future__ import annotations

from wsclient.core.object import Object
from wsclient.core.reference import Reference


def test_it_is_an_object_of_its_own_class() -> None:
    reference = Reference()

    assert isinstance(reference, Object)
    assert reference.get_class() == "Reference"
    assert reference.is_class("Reference")
    assert reference.is_class("Object")


def test_it_adds_nothing() -> None:
    assert set(dir(Reference)) == set(dir(Object))
