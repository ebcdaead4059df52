"""Areas, spaces and rotations: fields, constructors, order of unpacking."""

from __future__ import annotations

import pytest

from wsclient.variant import AABB, Plane, Quat, Rect2, Vector2, Vector3


def test_a_rectangle_is_position_and_size() -> None:
    rect = Rect2(Vector2(1, 2), Vector2(3, 4))

    assert (rect.position, rect.size, rect.end) == (Vector2(1, 2), Vector2(3, 4), Vector2(4, 6))
    assert [*rect] == [1, 2, 3, 4]
    assert rect == Rect2(1, 2, 3, 4) == Rect2((1, 2), (3, 4))
    assert Rect2() == Rect2(0, 0, 0, 0)


def test_pygame_takes_a_rectangle_and_returns_it() -> None:
    pygame = pytest.importorskip("pygame")

    assert pygame.Rect(*Rect2(1, 2, 3, 4)) == pygame.Rect(Rect2(1, 2, 3, 4)) == pygame.Rect(1, 2, 3, 4)
    assert Rect2(*pygame.Rect(1, 2, 3, 4)) == Rect2(1, 2, 3, 4)


def test_a_box_is_position_and_size() -> None:
    box = AABB(Vector3(1, 2, 3), Vector3(4, 5, 6))

    assert (box.position, box.size, box.end) == (Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(5, 7, 9))
    assert [*box] == [1, 2, 3, 4, 5, 6]
    assert box == AABB(1, 2, 3, 4, 5, 6)
    assert AABB() == AABB(Vector3(), Vector3())


def test_a_plane_is_normal_and_distance() -> None:
    plane = Plane(Vector3(1, 2, 3), 4)

    assert (plane.normal, plane.x, plane.y, plane.z, plane.d) == (Vector3(1, 2, 3), 1, 2, 3, 4)
    assert plane == Plane(1, 2, 3, 4)
    assert Plane() == Plane(0, 0, 0, 0)


def test_a_quaternion_without_arguments_does_not_rotate() -> None:
    quat = Quat(1, 2, 3, 4)

    assert (quat.x, quat.y, quat.z, quat.w) == (1, 2, 3, 4)
    assert Quat() == Quat(0, 0, 0, 1)


@pytest.mark.parametrize("arguments", [(1,), (1, 2, 3), ((1, 2),), ((1, 2), (3,))], ids=repr)
def test_a_rectangle_of_too_little_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="Rect2 takes 4 components"):
        Rect2(*arguments)  # type: ignore[call-overload]
