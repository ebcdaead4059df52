"""Hides the differences between Pyodide's and pygbag's bridge to a browser.

In both, a `Wire` is one WebSocket of the browser. JavaScript alone pushes its events to a JavaScript array, and
`poll()` pulls them from there. So no Python runs between two frames, and no proxy has to be destroyed.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wsclient.protocol.events import BINARY, TEXT, Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Connect", "News", "PygbagWire", "PyodideWire", "Wire", "find_bridge"]

JsObject: TypeAlias = Any  # type checkers do not know the objects on the other side

News: TypeAlias = "Messages | dict[str, Any]"
"""A run of messages, or the fields of another event: "type" (open, error, close), "code", "reason", "wasClean"."""

Connect: TypeAlias = "Callable[[str, Sequence[str]], Wire]"
"""Makes a WebSocket from its URL and the subprotocols to request. Raises what the browser throws."""

# The fields of an event to read. `data` of a binary message becomes {}.
_FIELDS: Final = ["type", "data", "code", "reason", "wasClean"]

# Bytes. A str crosses Pyodide's bridge one character at a time. Above this size, it is faster if the page encodes it.
_LONG_TEXT: Final = 256

_NO_WEBSOCKET: Final = (
    "there is no WebSocket here: Node.js has one from version 22 on; before that, install the npm package undici and "
    "set globalThis.WebSocket = undici.WebSocket before Python starts"
)


class Wire(ABC):
    """One WebSocket of the browser, and the array that its events are pushed to.

    Attributes:
        queue: the array, whose `length` is read in each frame.
    """

    def __init__(self, socket: JsObject, queue: JsObject) -> None:
        """Starts to listen.

        Args:
            socket: a WebSocket that was just made; control has not returned to the browser since then.
            queue: an empty JavaScript array.
        """
        self.queue: Final = queue
        self._socket: Final = socket
        socket.binaryType = "arraybuffer"  # a Blob is read later, and would lose its place
        push = queue.push.bind(queue)
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = push

    @abstractmethod
    def take(self, count: int) -> list[News]:
        """Takes the oldest events from the queue, at most that many."""

    @abstractmethod
    def send_text(self, payload: bytes) -> None:
        """Passes a text message, as UTF-8, to the browser."""

    @abstractmethod
    def send_bytes(self, payload: bytes) -> None:
        """Passes a binary message to the browser."""

    @property
    def protocol(self) -> str:
        """Returns the subprotocol that the server chose; "" if none."""
        return str(self._socket.protocol or "")

    @property
    def buffered(self) -> int:
        """Returns how many bytes of payload the browser has not sent yet."""
        return int(self._socket.bufferedAmount)

    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake; code 0 sends no code."""
        if code:
            self._socket.close(code, reason)
        else:
            self._socket.close()

    def let_go(self) -> None:
        """Stops listening and closes. The browser does the rest."""
        socket = self._socket
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = None
        socket.close()


class PyodideWire(Wire):
    """A WebSocket over Pyodide's bridge.

    There, JavaScript objects are Python objects too.

    Args:
        js: the module of that name.
        ffi: the module `pyodide.ffi`.
        url: the URL to connect to.
        protocols: the subprotocols to ask for.
    """

    def __init__(self, js: JsObject, ffi: JsObject, url: str, protocols: Sequence[str]) -> None:
        self._js = js
        self._to_js = ffi.to_js
        self._exception: type[Exception] = ffi.JsException
        self._fields = ffi.to_js(_FIELDS)
        self._data_of: JsObject = None  # the function that returns the data of a message event, made for the first one
        self._has_long_text = False  # lately
        call = js.Function.prototype.call
        self._as_text = call.bind(js.String.prototype.valueOf)  # throws for all but strings
        encoder = js.TextEncoder.new()
        self._encode = encoder.encode.bind(encoder)
        socket = js.WebSocket.new(url, ffi.to_js(list(protocols)))
        super().__init__(socket, js.Array.new())
        self._send = socket.send

    def take(self, count: int) -> list[News]:
        """Takes events; see `Wire.take`.

        Each crossing of the bridge takes a microsecond or more, so all messages come over at once, and functions of the
        page pick their data. These throw if an event is not a message, which only happens at the start and the end of a
        connection. Then the events are taken one by one. (In a hundred messages of 32 bytes, each takes 0.6 to 1.3 us
        this way, and 3 to 4 us one by one; a text of 64 KiB takes 30 us instead of 300: Pyodide 314, Node.js 20.)
        """
        events = self.queue.splice(0, count)
        try:
            if self._has_long_text and (texts := self._take_texts(events)) is not None:
                return [texts]
            if self._data_of is not None:
                return [self._take_messages(events)]
        except self._exception:
            pass
        return self._take_mixed(events)

    def send_text(self, payload: bytes) -> None:
        """Passes a text message on; see `Wire.send_text`."""
        self._send(payload.decode())

    def send_bytes(self, payload: bytes) -> None:
        """Passes a binary message on; see `Wire.send_bytes`."""
        self._send(self._to_js(payload))

    def _take_texts(self, events: JsObject) -> Messages | None:
        """Makes the page encode the texts.

        Returns None if one of the events is not a text.
        """
        try:
            texts = events.map(self._data_of).map(self._as_text).map(self._encode).to_py()
        except self._exception:
            return None
        return self._run([bytes(text) for text in texts], TEXT * len(texts))

    def _take_messages(self, events: JsObject) -> Messages:
        held = events.map(self._data_of).to_py()
        kinds = b"".join([TEXT if type(data) is str else BINARY for data in held])
        return self._run([data.encode() if type(data) is str else bytes(data) for data in held], kinds)

    def _run(self, payloads: list[bytes], kinds: bytes) -> Messages:
        messages = Messages(payloads, kinds)
        self._has_long_text = TEXT in kinds and messages.size > _LONG_TEXT * len(payloads)
        return messages

    def _take_mixed(self, events: JsObject) -> list[News]:
        news: list[News] = []
        for index, fields in enumerate(json.loads(self._js.JSON.stringify(events, self._fields))):
            if fields["type"] != "message":
                news.append(fields)
                continue
            event = events[index]
            news.append(_message(fields["data"]) or Messages([event.data.to_bytes()], BINARY))
            if self._data_of is None:
                self._data_of = self._getter_of_data(event)
        return news

    def _getter_of_data(self, event: JsObject) -> JsObject:
        """Makes a function for `Array.map` from the getter of `event.data`.

        No JavaScript has to be written for that.
        """
        js = self._js
        getter = js.Object.getOwnPropertyDescriptor(js.Object.getPrototypeOf(event), "data").get
        return js.Function.prototype.call.bind(getter)


class PygbagWire(Wire):
    """A WebSocket over pygbag's bridge, which few types can cross.

    It only converts None, bool, small int, float, str and functions, and a str ends at its first NUL. All other values
    cross as JSON, which escapes NUL, and binary data as base64. A missing attribute is None.

    Args:
        window: the page's global object.
        url: the URL to connect to.
        protocols: the subprotocols to ask for.
    """

    def __init__(self, window: JsObject, url: str, protocols: Sequence[str]) -> None:
        self._window = window
        self._fields = self._over(_FIELDS)
        socket = window.Reflect.construct(window.WebSocket, self._over([url, list(protocols)]))
        super().__init__(socket, self._over([]))

    def take(self, count: int) -> list[News]:
        """Takes events; see `Wire.take`."""
        events = self.queue.splice(0, count)
        news: list[News] = []
        for index, fields in enumerate(json.loads(self._window.JSON.stringify(events, self._fields))):
            if fields["type"] != "message":
                news.append(fields)
            else:
                news.append(_message(fields["data"]) or Messages([self._bytes_of(events.at(index).data)], BINARY))
        return news

    def send_text(self, payload: bytes) -> None:
        """Passes a text message on; see `Wire.send_text`."""
        text = payload.decode()
        if "\0" in text:
            self._call(self._socket.send, text)
        else:
            self._socket.send(text)

    def send_bytes(self, payload: bytes) -> None:
        """Passes a binary message on; see `Wire.send_bytes`."""
        array = self._window.Uint8Array
        if array.fromBase64 is not None:
            self._socket.send(array.fromBase64(b64encode(payload).decode()))
        else:
            self._socket.send(array.of.apply(array, self._over(list(payload))))

    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake; see `Wire.close`."""
        if code:
            self._call(self._socket.close, code, reason)
        else:
            self._socket.close()

    def _bytes_of(self, buffer: JsObject) -> bytes:
        window = self._window
        array = window.Reflect.construct(window.Uint8Array, window.Array.of(buffer))
        if array.toBase64 is not None:
            return b64decode(array.toBase64())
        numbers = array.join()
        return bytes(map(int, numbers.split(","))) if numbers else b""

    def _call(self, function: JsObject, *args: str | int) -> None:
        self._window.Reflect.apply(function, self._socket, self._over(args))

    def _over(self, value: object) -> JsObject:
        return self._window.JSON.parse(json.dumps(value))


def _message(data: object) -> Messages | None:
    """Returns a text message; None if the data is that of a binary one.

    JSON has nothing of a binary message.
    """
    return Messages([data.encode()], TEXT) if isinstance(data, str) else None


def find_bridge() -> Connect:
    """Returns a function that makes WebSockets over the bridge that this Python has.

    It looks at the methods of the bridge's objects, because pygbag has stand-ins for Pyodide's modules.

    Raises:
        RuntimeError: there is no browser, or none with WebSockets.
    """
    try:
        import js  # type: ignore[import-not-found]  # noqa: PLC0415 - only a browser has it
        from pyodide import ffi  # type: ignore[import-not-found]  # noqa: PLC0415 - as that
    except ImportError:
        js = ffi = None
    if hasattr(getattr(js, "Array", None), "new") and hasattr(ffi, "to_js"):
        if getattr(js, "WebSocket", None) is None:
            raise RuntimeError(_NO_WEBSOCKET)
        return partial(PyodideWire, js, ffi)
    import platform  # noqa: PLC0415 - only needed here

    window = getattr(platform, "window", None)
    if window is None:
        raise RuntimeError("there is no browser around this Python: neither Pyodide's module js nor pygbag's window")
    if window.WebSocket is None:
        raise RuntimeError(_NO_WEBSOCKET)
    return partial(PygbagWire, window)
