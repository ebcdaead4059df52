"""wsclient, used through its public API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pyee import EventEmitter

from benchmarks.clients.base import FRAME, TO_FILL, Client, longest_of, rest
from wsclient import PollGroup, WebSocketClient

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = ["ByAvailable", "BySignal", "InBatches", "Ours", "handle"]


class Ours(Client):
    """`poll()`, then `get_packet()` for each packet.

    Text is read with `get_message()`, which returns a `str`.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self.client = self._new()
        self._many = PollGroup()
        self._is_text = False

    def _new(self, *, compression: bool = False) -> WebSocketClient:
        client = WebSocketClient()
        client.trusted_ssl_certificate = self.context
        client.auto_flush = False
        client.compression = compression
        client.heartbeat_interval = 0.0  # as with the others: the server would take a ping for bytes of a message
        return client

    def open(self, url: str, *, compression: bool = False) -> None:
        if compression:
            self.client = self._new(compression=True)
        client = self.client
        assert not client.connect_to_url(url)
        _open(client)

    def close(self) -> None:
        self.client.disconnect_from_host()
        while self.client.get_connection_status() != WebSocketClient.CONNECTION_DISCONNECTED:
            self.client.poll()
            rest()

    def command(self, text: str) -> None:
        self._is_text = any(kind in text for kind in ("json", "text", "mixed", "umlauts", "compressed"))
        self.client.send_text(text)
        self.client.flush()

    def receive(self, count: int) -> None:
        client = self.client
        poll, waiting = client.poll, client.get_available_packet_count
        take: Callable[[], object] = client.get_message if self._is_text else client.get_packet
        while count:
            poll()
            arrived = waiting()
            for _ in range(arrived):
                take()
            count -= arrived
            if not arrived:
                rest()

    def send(self, payload: bytes, count: int, batch: int) -> None:
        client = self.client
        client.auto_flush = batch == 1
        put = client.put_packet
        for _ in range(count // batch):
            for _ in range(batch):
                while put(payload):  # full: send what is queued first
                    rest()
                    client.poll()
            client.poll() if batch > 1 else None
        client.auto_flush = False
        self._answer()

    def echo(self, payload: bytes, count: int) -> list[float]:
        client = self.client
        client.auto_flush = True
        put, poll, waiting, get = client.put_packet, client.poll, client.get_available_packet_count, client.get_packet
        took = []
        for _ in range(count):
            start = time.perf_counter()
            put(payload)
            while not waiting():
                poll()
            get()
            took.append(time.perf_counter() - start)
        return took

    def idle(self, count: int, *, inside: bool = False) -> None:
        poll = self.client.poll
        for _ in range(count):
            poll()

    def longest_poll(self, count: int, budget: float) -> tuple[float, float]:
        client = self.client
        client.poll_budget = budget
        try:
            return longest_of(client.poll, lambda _: len(client.get_packets()), count)
        finally:
            client.poll_budget = 0.004

    def connect(self, url: str, count: int, *, busy: bool = False) -> None:
        for _ in range(count):
            client = self._new()
            client.connect_to_url(url)
            _open(client, busy=busy)
            client._link.let_go()  # noqa: SLF001 - closes the socket without a Close, as with the others

    def open_many(self, url: str, count: int) -> None:
        for _ in range(count):
            client = self._new()
            client.connect_to_url(url)
            _open(client)
            self._many.add(client)

    def look_at_all(self) -> None:
        self._many.poll()

    def fill(self) -> None:
        end = time.monotonic() + TO_FILL
        while time.monotonic() < end:
            self.client.poll()
            rest()

    def more(self, work: str, count: int) -> float | None:
        {"emit": _emit, "emit-by-pyee": _emit_by_pyee}[work](count)
        return None

    def _answer(self) -> None:
        client = self.client
        while not client.get_available_packet_count():
            unsent = client.get_current_outbound_buffered_amount()
            client.poll()
            if not unsent:
                rest(FRAME)
            elif unsent == client.get_current_outbound_buffered_amount():
                rest()
        client.get_packet()


class InBatches(Ours):
    """One `get_packets()` for all packets of a `poll()`."""

    def receive(self, count: int) -> None:
        poll, take = self.client.poll, self.client.get_packets
        while count:
            poll()
            packets = take()
            count -= len(packets)
            if not packets:
                rest()


class BySignal(Ours):
    """A handler of `data_received` that reads the message."""

    def receive(self, count: int) -> None:
        client = self.client
        take: Callable[[], object] = client.get_message if self._is_text else client.get_packet
        received = 0

        def on_data() -> None:
            nonlocal received
            take()
            received += 1

        client.data_received.connect(on_data)
        while received < count:
            before = received
            client.poll()
            if received == before:
                rest()
        client.data_received.disconnect(on_data)


class ByAvailable(Ours):
    """A handler of `messages_available` that reads all messages."""

    def receive(self, count: int) -> None:
        client = self.client
        received = 0

        def on_messages(_count: int) -> None:
            nonlocal received
            received += len(client.get_messages())

        client.messages_available.connect(on_messages)
        while received < count:
            before = received
            client.poll()
            if received == before:
                rest()
        client.messages_available.disconnect(on_messages)


def _open(client: WebSocketClient, *, busy: bool = True) -> None:
    client.poll()
    while client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTING:
        if not busy:
            rest()
        client.poll()
    assert client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTED, client.last_error


def handle() -> None:
    """The handler."""


def _emit(count: int) -> None:
    client = WebSocketClient()
    client.data_received.connect(handle)
    emit = client._emit  # noqa: SLF001 - poll() calls it for each message
    for _ in range(count):
        emit("data_received", None)


def _emit_by_pyee(count: int) -> None:
    emitter = EventEmitter()
    emitter.add_listener("data_received", handle)
    emit = emitter.emit
    for _ in range(count):
        emit("data_received")
