"""The behaviours on pygbag's bridge, as far as it can be re-enacted."""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.browser.behaviours import BEHAVIOURS
from tests.browser.live_browser import LiveBrowser
from tests.browser.playing import play
from tests.browser.scene import Scene
from tests.support.pygbag_bridge import pygbag_window
from wsclient.transport.bridge import PygbagWire
from wsclient.transport.browser import BrowserTransport

if TYPE_CHECKING:
    from tests.browser.server import BehaviourServer


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_on_pygbag_s_bridge(name: str, server: BehaviourServer, closed_port: int) -> None:
    with closing(LiveBrowser()) as browser:
        connect = partial(PygbagWire, pygbag_window(browser))
        transport = partial(BrowserTransport, connect=connect)
        scene = Scene(server.port, closed_port, frame=browser.frame, is_page=True, transport=transport)
        asyncio.run(play(name, scene))
