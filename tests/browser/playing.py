"""Plays the behaviours, one after the other; inside the page too."""

from __future__ import annotations

import asyncio
import gc
import time
import traceback
from typing import TYPE_CHECKING

from tests.browser.behaviours import BEHAVIOURS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from tests.browser.scene import Scene

__all__ = ["frame_of_a_page", "play", "play_all"]

LONGEST = 30.0  # seconds for one behaviour


async def play(name: str, scene: Scene) -> None:
    """Plays one behaviour, and closes what it has left."""
    try:
        await asyncio.wait_for(BEHAVIOURS[name](scene), LONGEST)
    finally:
        await scene.clean_up()


async def play_all(
    new_scene: Callable[[], Scene], report: Callable[[str, str, float], Awaitable[object]], names: Iterable[str] = ()
) -> None:
    """Plays all behaviours.

    For each, it reports the name, the failure or "", and how long it took.
    """
    for name in names or BEHAVIOURS:
        started = time.monotonic()
        try:
            await play(name, new_scene())
            why = ""
        except Exception:  # noqa: BLE001 - reported to those who wait for it outside the page
            why = traceback.format_exc()
        await report(name, why, time.monotonic() - started)
        gc.collect()


async def frame_of_a_page() -> None:
    """Waits for one frame of a page, a worker or Node.js.

    It never waits for 0 to 2 ms, because Chromium starves the network then.
    """
    await asyncio.sleep(0.005)
