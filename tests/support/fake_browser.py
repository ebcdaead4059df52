"""A browser in Python, as far as a `Wire` needs one.

It has arrays, events, WebSockets, and Pyodide's bridge to them.

The objects of the page are the classes `Js...`. A program gets none of them: what it holds are proxies, which convert
and refuse as the bridge does.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "FakeBrowser",
    "JsArray",
    "JsBuffer",
    "JsEvent",
    "JsException",
    "JsFunction",
    "JsSocket",
    "JsThrow",
    "PyodideProxy",
    "js_get",
    "pyodide",
]


class JsThrow(Exception):
    """Thrown by JavaScript. Each bridge makes an exception of its own of it."""


class JsFunction:
    """A function of JavaScript: `body(this, *args)`."""

    def __init__(self, body: Callable[..., Any], this: object = None) -> None:
        self.body = body
        self.this = this

    def __call__(self, *args: object) -> Any:
        return self.body(self.this, *args)


FUNCTION_METHODS: dict[str, Callable[..., Any]] = {
    "bind": lambda this, new: JsFunction(this.body, new),
    "call": lambda this, new, *args: this.body(new, *args),
    "apply": lambda this, new, args: this.body(new, *args.items),
}


class JsArray:
    """An Array."""

    def __init__(self, *items: object) -> None:
        self.items = list(items)

    @property
    def length(self) -> int:
        return len(self.items)

    def push(self, *items: object) -> int:
        self.items += items
        return len(self.items)

    def splice(self, start: int, count: int) -> JsArray:
        taken = JsArray(*self.items[start : start + count])
        del self.items[start : start + count]
        return taken

    def map(self, function: JsFunction) -> JsArray:
        return JsArray(*(function(item, index, self) for index, item in enumerate(self.items)))

    def at(self, index: int) -> object:
        return self.items[index]


class JsBuffer:
    """An ArrayBuffer, or a Uint8Array over one."""

    def __init__(self, held: bytes | JsBuffer | JsArray = b"") -> None:
        match held:
            case JsBuffer():
                self.held = held.held
            case JsArray():
                self.held = bytes(held.items)  # type: ignore[arg-type]
            case _:
                self.held = held

    def toBase64(self) -> str:  # noqa: N802 - JavaScript's
        import base64

        return base64.b64encode(self.held).decode()

    def join(self) -> str:
        return ",".join(map(str, self.held))


class JsEvent:
    """An Event. That of a message has data, which only an event of a message has."""

    def __init__(self, kind: str, **fields: object) -> None:
        self.type = kind
        for name, value in fields.items():
            setattr(self, name, value)


class JsSocket:
    """A WebSocket whose server is the test.

    Attributes:
        url, protocols: as the program asked.
        sent: what it has sent, str or bytes.
        closed_with: the arguments of each `close`.
        clean_code: the code that the program sees after a `close` that the server has answered.
    """

    def __init__(self, url: str, protocols: JsArray) -> None:
        self.url = url
        self.protocols = list(protocols.items)
        self.protocol = ""
        self.binaryType = "blob"
        self.bufferedAmount = 0
        self.onopen = self.onmessage = self.onerror = self.onclose = None
        self.sent: list[str | bytes] = []
        self.closed_with: list[tuple[object, ...]] = []

    def send(self, data: str | JsBuffer) -> None:
        assert isinstance(data, str | JsBuffer), f"{data!r} would be sent as its name"
        self.sent.append(data if isinstance(data, str) else data.held)
        self.bufferedAmount += len(data.encode() if isinstance(data, str) else data.held)

    def close(self, *args: object) -> None:
        if args and args[0] != 1000 and not 3000 <= int(args[0]) <= 4999:  # type: ignore[call-overload]
            raise JsThrow("InvalidAccessError: The close code must be either 1000, or between 3000 and 4999.")
        self.closed_with.append(args)

    # For tests: what the server and the network do

    def opens(self, protocol: str = "") -> None:
        self.protocol = protocol
        self._fire("open")

    def brings(self, *messages: str | bytes) -> None:
        for message in messages:
            data: object = message
            if isinstance(message, bytes):
                assert self.binaryType == "arraybuffer", "a Blob loses the order"
                data = JsBuffer(message)
            self._fire("message", data=data)

    def closes(self, code: int = 1000, reason: str = "", *, was_clean: bool = True) -> None:
        self._fire("close", code=code, reason=reason, wasClean=was_clean)

    def breaks(self) -> None:
        self._fire("error")
        self.closes(1006, was_clean=False)

    def drains(self) -> None:
        self.bufferedAmount = 0

    @property
    def is_heard(self) -> bool:
        return self.onmessage is not None

    def _fire(self, kind: str, **fields: object) -> None:
        handler = getattr(self, f"on{kind}")
        if handler is not None:
            handler(JsEvent(kind, **fields))


class FakeBrowser:
    """The global object of a page.

    Attributes:
        sockets: all WebSockets that the program has made.
        refusal: what the constructor of the next one throws; "" for nothing.

    Args:
        new_socket: makes a WebSocket, given its URL and its subprotocols.
    """

    def __init__(self, new_socket: Callable[[str, JsArray], JsSocket] = JsSocket) -> None:
        self._new_socket = new_socket
        self.sockets: list[JsSocket] = []
        self.refusal = ""
        self.Array = SimpleNamespace(make=JsArray, of=JsFunction(lambda _, *items: JsArray(*items)))
        self.Uint8Array = SimpleNamespace(
            make=JsBuffer,
            of=JsFunction(lambda _, *items: JsBuffer(bytes(items))),
            fromBase64=JsFunction(lambda _, text: JsBuffer(_from_base64(text))),
        )
        self.WebSocket: SimpleNamespace | None = SimpleNamespace(make=self._connect)
        self.JSON = SimpleNamespace(
            parse=JsFunction(lambda _, text: _to_js(json.loads(text))),
            stringify=JsFunction(lambda _, value, fields: json.dumps(_plain(value, fields.items))),
        )
        self.Reflect = SimpleNamespace(
            construct=JsFunction(lambda _, made, args: made.make(*args.items)),
            apply=JsFunction(lambda _, function, this, args: function.body(this, *args.items)),
        )
        self.Object = SimpleNamespace(
            getPrototypeOf=JsFunction(lambda _, value: type(value)),
            getOwnPropertyDescriptor=JsFunction(lambda _, of, name: SimpleNamespace(get=JsFunction(_data_of))),
        )
        self.String = SimpleNamespace(prototype=SimpleNamespace(valueOf=JsFunction(_text_of)))
        self.TextEncoder = SimpleNamespace(
            make=lambda: SimpleNamespace(encode=JsFunction(lambda _, text, *rest: JsBuffer(text.encode())))
        )
        self.Function = SimpleNamespace(prototype=SimpleNamespace(call=JsFunction(FUNCTION_METHODS["call"])))

    @property
    def latest(self) -> JsSocket:
        """The newest WebSocket."""
        return self.sockets[-1]

    def _connect(self, url: str, protocols: JsArray) -> JsSocket:
        if self.refusal:
            raise JsThrow(self.refusal)
        self.sockets.append(self._new_socket(url, protocols))
        return self.sockets[-1]


def js_get(of: object, name: str) -> Any:
    """Reads a property. Raises `AttributeError` if it is undefined."""
    if isinstance(of, JsFunction):
        if name not in FUNCTION_METHODS:
            raise AttributeError(name)
        return JsFunction(FUNCTION_METHODS[name], this=of)
    value = getattr(of, name)
    if callable(value) and not isinstance(value, JsFunction):
        return JsFunction(lambda _, *args: value(*args))
    return value


def _to_js(value: object) -> object:
    return JsArray(*map(_to_js, value)) if isinstance(value, list) else value


def _plain(value: object, fields: list[object]) -> object:
    if isinstance(value, JsArray):
        return [_plain(item, fields) for item in value.items]
    if isinstance(value, JsEvent):
        return {name: _plain(held, fields) for name, held in vars(value).items() if name in fields}
    return {} if isinstance(value, JsBuffer) else value


def _data_of(event: object, *_: object) -> object:
    if not (isinstance(event, JsEvent) and event.type == "message"):
        raise JsThrow("TypeError: Illegal invocation")
    return event.data  # type: ignore[attr-defined]


def _text_of(value: object, *_: object) -> str:
    if not isinstance(value, str):
        raise JsThrow("TypeError: String.prototype.valueOf requires that 'this' be a String")
    return value


def _from_base64(text: str) -> bytes:
    import base64

    return base64.b64decode(text)


# Pyodide's bridge


class JsException(Exception):
    """An error thrown by JavaScript, as Pyodide raises it."""


class PyodideProxy:
    """An object of JavaScript, as Pyodide shows it to Python."""

    def __init__(self, of: object) -> None:
        object.__setattr__(self, "js_object", of)

    def __getattr__(self, name: str) -> Any:
        of = self.js_object
        if name == "new" and hasattr(of, "make"):
            return lambda *args: _pyodide_call(of.make, args)
        if name == "to_bytes" and isinstance(of, JsBuffer):
            return lambda: of.held
        if name == "to_py" and isinstance(of, JsArray):
            return lambda: [memoryview(item.held) if isinstance(item, JsBuffer) else item for item in of.items]
        return _to_pyodide(js_get(of, name))

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.js_object, name, _from_pyodide(value))

    def __call__(self, *args: object) -> Any:
        return _pyodide_call(self.js_object, args)

    def __getitem__(self, index: int) -> Any:
        return _to_pyodide(self.js_object.items[index])

    def __iter__(self) -> Iterator[Any]:
        return map(_to_pyodide, self.js_object.items)


def pyodide(browser: FakeBrowser) -> tuple[Any, Any]:
    """Returns the modules `js` and `pyodide.ffi` of a program in that page."""
    ffi = SimpleNamespace(to_js=_pyodide_to_js, JsException=JsException)
    return PyodideProxy(browser), ffi


def _pyodide_call(function: Callable[..., Any], args: tuple[object, ...]) -> Any:
    try:
        return _to_pyodide(function(*map(_from_pyodide, args)))
    except JsThrow as thrown:
        raise JsException(str(thrown)) from None


def _pyodide_to_js(value: object) -> PyodideProxy:
    match value:
        case bytes():
            return PyodideProxy(JsBuffer(value))
        case list():
            return PyodideProxy(JsArray(*value))
    raise AssertionError(f"to_js is not known to convert {value!r}")


def _to_pyodide(value: object) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else PyodideProxy(value)


def _from_pyodide(value: object) -> object:
    if isinstance(value, PyodideProxy):
        return value.js_object
    assert value is None or isinstance(value, bool | int | float | str), (
        f"a proxy of {value!r} would never be destroyed"
    )
    return value
