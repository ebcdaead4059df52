"""Measures what the library costs in a page, compared to plain JavaScript.

The JavaScript (`costs.mjs`) runs in the same page, in turns.
"""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["run"]

ROUNDS = 5
IDLE_POLLS = 50_000
WORK = [(32, 20_000), (1024, 10_000), (65_536, 600)]  # bytes, messages


async def run(port: int, plain: Any, report: Callable[[str, float, float], Awaitable[object]]) -> None:
    """Reports the seconds that JavaScript and the library need for each job."""
    await report("idle", 0.0, await _idle(port))
    for size, count in WORK:
        for kind in ("text", "binary"):
            url = f"ws://127.0.0.1:{port}/stream?count={count}&size={size}&kind={kind}"
            pairs = [(await plain.receive(url, count), await _receive(url, count)) for _ in range(ROUNDS)]
            await report(f"receive {kind} {size}", *_median(pairs, count))
            url = f"ws://127.0.0.1:{port}/sink?count={count}"
            pairs = [
                (await plain.send(url, count, size, kind), await _send(url, count, size, kind)) for _ in range(ROUNDS)
            ]
            await report(f"send {kind} {size}", *_median(pairs, count))


def _median(pairs: list[tuple[float, float]], count: int) -> tuple[float, float]:
    """Seconds for one message, of the round whose ratio is the middle one."""
    plain, ours = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    return plain / count, ours / count


async def _connected(url: str) -> WebSocketClient:
    client = WebSocketClient()
    client.set_buffers(65536, 65536, 65536, 65536)
    client.connect_to_url(url)
    while client.get_connection_status() != client.CONNECTION_CONNECTED:
        await asyncio.sleep(0.005)
        client.poll()
    return client


async def _idle(port: int) -> float:
    client = await _connected(f"ws://127.0.0.1:{port}/echo")
    client.poll()
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(IDLE_POLLS):
            client.poll()
        rounds.append((time.perf_counter() - started) / IDLE_POLLS)
    client.disconnect_from_host()
    return median(rounds)


async def _receive(url: str, count: int) -> float:
    client = await _connected(url)
    seen = 0
    started = time.perf_counter()
    client.send_text("go")
    while seen < count:
        await asyncio.sleep(0.005)
        client.poll()
        seen += len(client.get_packets())
        assert client.get_connection_status() == client.CONNECTION_CONNECTED, client.last_error
    seconds = time.perf_counter() - started
    client.disconnect_from_host()
    return seconds


async def _send(url: str, count: int, size: int, kind: str) -> float:
    client = await _connected(url)
    message: str | bytes = "x" * size if kind == "text" else bytes(size)
    started = time.perf_counter()
    for _ in range(count):
        error = client.send_text(message) if isinstance(message, str) else client.put_packet(message)
        assert not error, client.last_error
    while not client.get_available_packet_count():
        assert client.get_connection_status() == client.CONNECTION_CONNECTED, client.last_error
        await asyncio.sleep(0.005)
        client.poll()
    seconds = time.perf_counter() - started
    client.disconnect_from_host()
    return seconds
