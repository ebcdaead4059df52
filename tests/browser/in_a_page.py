"""The behaviours, played in Pyodide; `play.mjs` calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.playing import frame_of_a_page, play_all
from tests.browser.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["run"]


async def run(port: int, closed_port: int, only: str, report: Callable[[str, str, float], Awaitable[object]]) -> None:
    """Plays all of them, or those that are named."""
    await play_all(
        lambda: Scene(port, closed_port, frame=frame_of_a_page, is_page=True), report, only.split(",") if only else ()
    )
