"""The behaviours on sockets: what the other environments are compared with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.browser.behaviours import BEHAVIOURS
from tests.browser.playing import play
from tests.browser.scene import Scene

if TYPE_CHECKING:
    from tests.browser.server import BehaviourServer


async def _frame() -> None:
    await asyncio.sleep(0.001)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_on_sockets(name: str, server: BehaviourServer, closed_port: int) -> None:
    asyncio.run(play(name, Scene(server.port, closed_port, frame=_frame, is_page=False)))
