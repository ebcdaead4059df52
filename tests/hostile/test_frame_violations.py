"""Frames that RFC 6455 forbids (rows B02 to B13, B15 and B16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import TEXT, frame

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene


@pytest.mark.hostile("B02")
def test_a_masked_frame_is_a_violation(scene: Scene) -> None:
    scene.open().send(frame(TEXT, b"Hello", key=b"abcd"))

    scene.closes(1002, "masked frame")
