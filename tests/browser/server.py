"""The server of the behaviour suite, on one port.

It serves the page, takes its results, and has WebSockets that behave as their path says.

It frames by itself and shares no line with the library, and it can break every rule that a behaviour is about.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import struct
import threading
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

__all__ = ["BehaviourServer", "Page"]

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class Page(NamedTuple):
    """Answers a GET."""

    kind: str
    body: bytes


class Request(NamedTuple):
    """The head of a request."""

    method: str
    path: str
    query: dict[str, str]
    target: str
    headers: dict[str, str]


class Gone(Exception):
    """The client has ended TCP."""


class Peer:
    """One WebSocket, as the server has it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer

    async def accept(self, protocol: str = "", behind: bytes = b"") -> None:
        """Answers the handshake, with these bytes in the same segment."""
        key = self.request.headers["sec-websocket-key"] + GUID
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
        lines.append(f"Sec-WebSocket-Accept: {accept}")
        if protocol:
            lines.append(f"Sec-WebSocket-Protocol: {protocol}")
        await self.write("\r\n".join([*lines, "", ""]).encode() + behind)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send(self, message: str | bytes) -> None:
        await self.write(frame(message))

    async def receive(self) -> tuple[int, bytes]:
        """Returns the next message, Close or pong: its opcode and payload."""
        try:
            opcode, payload, is_final = await self._frame()
            while not is_final:
                _, part, is_final = await self._frame()
                payload += part
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Gone from error
        return opcode, payload

    async def message(self) -> str | bytes:
        """Returns the next message. Raises `Gone` for all else."""
        while True:
            opcode, payload = await self.receive()
            if opcode == CLOSE:
                raise Gone
            if opcode in (TEXT, BINARY):
                return payload.decode() if opcode == TEXT else payload

    async def end(self) -> None:
        """Ends TCP, once the client has, or after a moment."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(self._reader.read(), 2.0)
        self._writer.close()

    def drop(self) -> None:
        """Ends TCP at once."""
        self._writer.close()

    async def _frame(self) -> tuple[int, bytes, bool]:
        first, second = await self._reader.readexactly(2)
        assert second & 0x80, "a client masks"
        size = second & 0x7F
        if size > 125:
            more = await self._reader.readexactly(2 if size == 126 else 8)
            size = int.from_bytes(more)
        mask = await self._reader.readexactly(4)
        masked = await self._reader.readexactly(size)
        repeated = mask * (size // 4 + 1)
        payload = (int.from_bytes(masked) ^ int.from_bytes(repeated[:size])).to_bytes(size) if size else b""
        return first & 0x0F, payload, bool(first & 0x80)


def frame(message: str | bytes, opcode: int | None = None) -> bytes:
    """Puts a message into one frame."""
    payload = message.encode() if isinstance(message, str) else message
    if opcode is None:
        opcode = TEXT if isinstance(message, str) else BINARY
    size = len(payload)
    if size < 126:
        length = bytes([size])
    else:
        length = struct.pack(">BH", 126, size) if size < 65536 else struct.pack(">BQ", 127, size)
    return bytes([0x80 | opcode]) + length + payload


def close_frame(code: int, reason: str = "") -> bytes:
    return frame((code.to_bytes(2) if code else b"") + reason.encode(), CLOSE)


# What the server does, by path. Each is called with a request that has not been answered.


class Record:
    """Records how a connection was closed."""

    def __init__(self) -> None:
        self.code = 0
        self.reason = ""
        self.is_over = asyncio.Event()

    def end(self, code: int, reason: str = "") -> None:
        self.code, self.reason = code, reason
        self.is_over.set()


_records: dict[str, Record] = {}  # by the id in the query


def _record(peer: Peer) -> Record:
    return _records.setdefault(peer.request.query.get("id", ""), Record())


async def echo(peer: Peer) -> None:
    """Sends back each message.

    `?protocol=` chooses a subprotocol, `?hello=` sends a message together with the reply.
    """
    query = peer.request.query
    await peer.accept(query.get("protocol", ""), frame(query["hello"]) if "hello" in query else b"")
    await echo_on(peer)


async def echo_on(peer: Peer) -> None:
    record = _record(peer)
    try:
        while True:
            opcode, payload = await peer.receive()
            if opcode == CLOSE:
                record.end(int.from_bytes(payload[:2]) if payload else 1005, payload[2:].decode())
                await peer.write(frame(payload, CLOSE))
                break
            await peer.write(frame(payload, opcode))
    except Gone:
        record.end(1006)
    finally:
        peer.drop()


async def record(peer: Peer) -> None:
    """Says what is known of the connection `?id=`, once it has ended."""
    await peer.accept()
    wanted = _record(peer)
    await wanted.is_over.wait()
    await peer.send(json.dumps({"code": wanted.code, "reason": wanted.reason}))
    await echo_on(peer)


async def head(peer: Peer) -> None:
    """Sends target and headers of the request."""
    await peer.accept()
    await peer.send(json.dumps({"target": peer.request.target, "headers": peer.request.headers}))
    await echo_on(peer)


async def silent(peer: Peer) -> None:
    """Never answers."""
    await peer.end()


async def forbidden(peer: Peer) -> None:
    """Refuses."""
    await peer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    peer.drop()


async def burst(peer: Peer) -> None:
    """Sends `?count=` messages of `?size=` bytes when asked to, then echoes.

    Each message begins with its number.
    """
    await peer.accept()
    await peer.message()
    padding = "." * int(peer.request.query.get("size", "0"))
    for start in range(0, count := int(peer.request.query["count"]), 100):
        await peer.write(b"".join(frame(f"{number}{padding}") for number in range(start, min(start + 100, count))))
    await echo_on(peer)


async def stream(peer: Peer) -> None:
    """Sends `?count=` messages of `?size=` and `?kind=` whenever it is asked to."""
    query = peer.request.query
    payload = bytes(int(query["size"])).replace(b"\0", b"x")
    one = frame(payload, TEXT if query["kind"] == "text" else BINARY)
    at_once = max(1, 65536 // len(one))
    await peer.accept()
    while True:
        await peer.message()
        for sent in range(0, count := int(query["count"]), at_once):
            await peer.write(one * min(at_once, count - sent))


async def sink(peer: Peer) -> None:
    """Says so whenever `?count=` messages have come."""
    await peer.accept()
    while True:
        for _ in range(int(peer.request.query["count"])):
            await peer.message()
        await peer.send("all are here")


async def closing(peer: Peer) -> None:
    """Closes with `?code=` and `?reason=` when asked to, after sending `?last=`."""
    query = peer.request.query
    goodbye = close_frame(int(query["code"]), query.get("reason", ""))
    await peer.accept()
    await peer.message()
    await peer.write((frame(query["last"]) if "last" in query else b"") + goodbye)
    await peer.end()


async def closing_at_once(peer: Peer) -> None:
    """Closes right after the reply, and ends TCP."""
    await peer.accept("", close_frame(4001, "room full"))
    await peer.end()


async def dropping(peer: Peer) -> None:
    """Ends TCP when asked to, without a Close."""
    await peer.accept()
    await peer.message()
    peer.drop()


async def mute(peer: Peer) -> None:
    """Answers no Close."""
    await peer.accept()
    await peer.end()


async def violating(peer: Peer) -> None:
    """Breaks a rule when asked to.

    It sends text that is not UTF-8, or an unknown opcode.
    """
    await peer.accept()
    await peer.message()
    await peer.write(bytes([0x81, 2, 0xC3, 0x28]) if peer.request.query["rule"] == "utf8" else bytes([0x8B, 0]))
    await peer.end()


async def pinging(peer: Peer) -> None:
    """Sends a ping, and says with what it was answered."""
    await peer.accept()
    await peer.write(frame(b"are you there", PING))
    while (answer := await peer.receive())[0] != PONG:
        pass
    await peer.send(answer[1].decode())
    await echo_on(peer)


async def godot(peer: Peer) -> None:
    """Serves a Godot 3 session in which only the server plays.

    It sends each packet back.
    """
    await peer.accept()
    header = struct.Struct("<Bii")
    await peer.send(header.pack(3, 1, 0) + struct.pack("<i", 77))
    await peer.send(header.pack(1, 1, 0) + struct.pack("<i", 1))
    with contextlib.suppress(Gone):
        while True:
            packet = await peer.message()
            assert isinstance(packet, bytes)
            await peer.send(header.pack(0, 1, 77) + packet[header.size :])
    peer.drop()


SCRIPTS: dict[str, Callable[[Peer], Awaitable[None]]] = {
    "/" + script.__name__.replace("_", "-"): script
    for script in (
        echo,
        record,
        head,
        silent,
        forbidden,
        burst,
        stream,
        sink,
        closing,
        closing_at_once,
        dropping,
        mute,
        violating,
        pinging,
        godot,
    )
}


class BehaviourServer:
    """Serves from a thread of its own, to the end of the `with`.

    Attributes:
        port: the port on 127.0.0.1.
        pages: what a GET brings, by path.
        posted: what was POSTed, in order.
    """

    def __init__(self, pages: dict[str, Page] | None = None) -> None:
        self.pages = dict(pages or {})
        self.posted: list[Any] = []
        self.port = 0
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_for_posts(self, is_enough: Callable[[list[Any]], bool], seconds: float) -> bool:
        """Waits until enough was posted. Returns False if it does not come."""
        with self._news:
            return self._news.wait_for(lambda: is_enough(self.posted), seconds)

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_head(reader)
            if "upgrade" in request.headers.get("connection", "").lower():
                await SCRIPTS[request.path](Peer(reader, writer, request))
            else:
                await self._answer(request, reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, Gone):
            pass  # gone; or the server stops, whose streams would log it
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status, page = "200 OK", self.pages.get(request.path)
        if request.method == "POST":
            body = await reader.readexactly(int(request.headers.get("content-length", "0")))
            with self._news:
                self.posted.append(json.loads(body))
                self._news.notify_all()
            page = Page("text/plain", b"")
        elif page is None:
            status, page = "404 Not Found", Page("text/plain", request.path.encode())
        head = f"HTTP/1.1 {status}\r\nContent-Type: {page.kind}\r\nContent-Length: {len(page.body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + page.body)
        await writer.drain()


async def _read_head(reader: asyncio.StreamReader) -> Request:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    fields = (line.partition(":") for line in lines[1:] if line)
    parts = urlsplit(target)
    return Request(
        method,
        parts.path,
        dict(parse_qsl(parts.query)),
        target,
        {name.lower(): value.strip() for name, _, value in fields},
    )
