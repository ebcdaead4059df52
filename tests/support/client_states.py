"""The states of a `WebSocketClient`, each reached from a fresh one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.events import CloseReceived, Ended

if TYPE_CHECKING:
    from tests.support.fake_transport import FakeNetwork
    from wsclient.websocket.client import WebSocketClient

__all__ = ["STATES", "URL", "reach"]

URL = "ws://host"

STATES = ("disconnected", "connecting", "open", "closing", "closed by the server", "ended")


def reach(state: str, client: WebSocketClient, network: FakeNetwork) -> None:
    """Brings a fresh client into one of `STATES`."""
    if state == "disconnected":
        return
    client.connect_to_url(URL)
    if state == "connecting":
        return
    network.latest.open_now()
    client.poll()
    if state == "closing":
        client.disconnect_from_host()
    elif state == "closed by the server":
        network.latest.feed(CloseReceived(1000, "", is_answer=False))
        client.poll()
    elif state == "ended":
        network.latest.feed(Ended(was_clean=False))
        client.poll()
