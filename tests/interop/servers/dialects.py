"""Sends what servers with their own protocol need besides messages."""

from __future__ import annotations

import itertools
import json
import struct
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.interop.servers.conversations import Conversation

__all__ = ["Colyseus", "DevTools", "Dialect", "EngineIO", "Lines"]


class Dialect:
    """A plain echo server: messages go as they are. Others change what differs."""

    sends_binary = True
    path = "/"

    def url(self, port: int) -> str:
        """Returns the address of the echo."""
        return f"ws://127.0.0.1:{port}{self.path}"

    def greet(self, conversation: Conversation) -> None:
        """Does what must be done once the connection is open."""

    def wrap(self, message: str | bytes) -> str | bytes:
        """Returns the message that asks the server to send `message` back."""
        return message

    def unwrap(self, message: str | bytes) -> str | bytes:
        """Returns what was echoed."""
        return message

    def ask_to_close(self, code: int, reason: str) -> str | bytes:
        """Returns the message that asks the server to close."""
        return self.wrap(f"!close {code} {reason}")


class Lines(Dialect):
    """A program that answers each line of text with a line."""

    sends_binary = False


class EngineIO(Dialect):
    """Engine.IO 4: a digit before each text; binary as it is."""

    path = "/engine.io/?EIO=4&transport=websocket"

    def greet(self, conversation: Conversation) -> None:
        assert str(conversation.receive()).startswith("0{")

    def wrap(self, message: str | bytes) -> str | bytes:
        return f"4{message}" if isinstance(message, str) else message

    def unwrap(self, message: str | bytes) -> str | bytes:
        return message[1:] if isinstance(message, str) else message


class Colyseus(Dialect):
    """Speaks to Colyseus 0.16.

    It reserves a seat by HTTP, then sends MessagePack after a byte that names its type.
    """

    join, data = b"\x0a", b"\x0d"

    def url(self, port: int) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/matchmake/joinOrCreate/echo", b"{}", {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            seat = json.load(reply)
        room = seat["room"]
        return f"ws://127.0.0.1:{port}/{room['processId']}/{room['roomId']}?sessionId={seat['sessionId']}"

    def greet(self, conversation: Conversation) -> None:
        assert bytes(conversation.receive())[:1] == self.join  # type: ignore[arg-type]
        conversation.send(self.join)

    def wrap(self, message: str | bytes) -> bytes:
        if isinstance(message, str):
            text = message.encode()
            return self.data + _short("echo") + b"\xdb" + struct.pack(">I", len(text)) + text
        return self.data + _short("echo") + b"\xc6" + struct.pack(">I", len(message)) + message

    def unwrap(self, message: str | bytes) -> str | bytes:
        assert isinstance(message, bytes)
        start = len(self.data + _short("echo"))
        kind, rest = message[start], message[start + 1 :]
        if 0xA0 <= kind <= 0xBF:
            return rest.decode()
        is_text = kind in (0xD9, 0xDA, 0xDB)
        size = 1 << (kind - (0xD9 if is_text else 0xC4))
        return rest[size:].decode() if is_text else rest[size:]

    def ask_to_close(self, code: int, reason: str) -> bytes:
        return self.data + _short("close") + b"\xcd" + struct.pack(">H", code)


def _short(text: str) -> bytes:
    return bytes((0xA0 | len(text),)) + text.encode()


class DevTools(Dialect):
    """Chromium's DevTools: a page evaluates a string, which comes back in JSON."""

    sends_binary = False

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def url(self, port: int) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=10) as reply:
            return str(json.load(reply)["webSocketDebuggerUrl"])

    def wrap(self, message: str | bytes) -> str:
        assert isinstance(message, str)
        question = {"expression": json.dumps(message), "returnByValue": True}
        return json.dumps({"id": next(self._numbers), "method": "Runtime.evaluate", "params": question})

    def unwrap(self, message: str | bytes) -> str:
        return str(json.loads(message)["result"]["result"]["value"])

    def ask_to_close(self, code: int, reason: str) -> str:
        return json.dumps({"id": next(self._numbers), "method": "Page.close"})
