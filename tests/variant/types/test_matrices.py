"""Matrices: fields and arguments are columns as in Godot, Basis travels by rows."""

from __future__ import annotations

import pytest

from wsclient.variant import Basis, Transform, Transform2D, Vector2, Vector3


def test_a_transform_in_2d_is_three_columns() -> None:
    transform = Transform2D((1, 2), (3, 4), Vector2(5, 6))

    assert (transform.x, transform.y, transform.origin) == (Vector2(1, 2), Vector2(3, 4), Vector2(5, 6))
    assert [*transform] == [1, 2, 3, 4, 5, 6]


def test_a_basis_has_columns_and_unpacks_by_rows() -> None:
    basis = Basis(Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 9))

    assert (basis.x, basis.y, basis.z) == (Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 9))
    assert [*basis] == [1, 4, 7, 2, 5, 8, 3, 6, 9]


def test_a_transform_is_a_basis_and_an_origin() -> None:
    basis = Basis(Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 9))
    transform = Transform(basis, Vector3(10, 11, 12))

    assert (transform.basis, transform.origin) == (basis, Vector3(10, 11, 12))
    assert [*transform] == [*basis, 10, 11, 12]
    assert transform == Transform(basis.x, basis.y, basis.z, transform.origin)


def test_without_arguments_they_change_nothing() -> None:
    assert Transform2D() == Transform2D((1, 0), (0, 1), (0, 0))
    assert Basis() == Basis((1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert Transform() == Transform(Basis(), Vector3())


def test_their_text_has_vectors() -> None:
    assert repr(Transform2D()) == "Transform2D(Vector2(1.0, 0.0), Vector2(0.0, 1.0), Vector2(0.0, 0.0))"
    assert repr(Basis()) == "Basis(Vector3(1.0, 0.0, 0.0), Vector3(0.0, 1.0, 0.0), Vector3(0.0, 0.0, 1.0))"
    assert repr(Transform()) == f"Transform({Basis()!r}, Vector3(0.0, 0.0, 0.0))"


def test_a_transform_of_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="Transform takes 12 components, not 9"):
        Transform(Basis())  # type: ignore[call-overload]
