"""Tests the network code of a game in memory, without waiting.

Time is under the control of the test.

    from wsclient import WebSocketClient
    from wsclient.testing import ScriptedServer, SignalLog

    server = ScriptedServer()
    client = WebSocketClient(transport=server)
    log = SignalLog(client)
    client.connect_to_url("ws://game.example")
    server.accept()
    client.poll()
    assert log == [("connection_established", "")]

pytest finds two fixtures by itself once wsclient is installed: `wsclient_clock` and `wsclient_server`.
"""

from wsclient.testing.fake_clock import FakeClock
from wsclient.testing.pair import connected_pair
from wsclient.testing.recording import Recording, Replay, record, replay
from wsclient.testing.scripted_server import ScriptedServer
from wsclient.testing.signal_log import SignalLog

__all__ = ["FakeClock", "Recording", "Replay", "ScriptedServer", "SignalLog", "connected_pair", "record", "replay"]
