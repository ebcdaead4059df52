"""The works to measure and their targets, as data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

__all__ = [
    "CLIENTS_AT_ONCE",
    "CLIENTS_HELD",
    "FLOORS",
    "MEMORY_CLIENTS",
    "MEMORY_STATES",
    "ON_THE_CLOCK",
    "OURS",
    "TARGETS",
    "WORKS",
    "Target",
    "Work",
]

OURS = "wsclient"
BARE = "bare system calls"
SIGNAL = "wsclient, by signal"
BATCHES = "wsclient, get_packets()"
AVAILABLE = "wsclient, messages_available"
NUMPY = "wsclient, with numpy"
COMPILED = "compiled"
COMPILED_BATCHES = "compiled, get_packets()"
COMPILED_SIGNAL = "compiled, by signal"
COMPILED_AVAILABLE = "compiled, messages_available"
GODOT = "Godot"
LOOPS = ("picows", "aiohttp", "websockets asyncio")
UVLOOP = ", on uvloop"
ALL = (BARE, OURS, COMPILED, *LOOPS, "websockets sync", "websockets Sans-I/O", GODOT)

CLIENTS_AT_ONCE = 1000
CLIENTS_HELD = 50

#: The states of a client whose memory is measured, by key.
MEMORY_STATES = {"idle": "idle", "play": "in play", "full": "queue full"}

_US, _MS, _NS = 1e6, 1e3, 1e9


@dataclass(frozen=True, slots=True)
class Work:
    """One row: the same work for several clients.

    Attributes:
        name: a description.
        kind: the worker's method; `options` are its arguments.
        unit: the unit of the result: "ns", "us", "ms" or "KiB".
        clients: the clients that do it.
        clock: "cpu" for the processor time of the client's process, or "wall" for elapsed time.
        count: the number done is a multiple of this; 0 calibrates it.
        fixed: whether exactly `count` are done.
    """

    name: str
    kind: str
    unit: str = "ns"
    clients: tuple[str, ...] = ALL
    clock: str = "cpu"
    count: int = 1
    fixed: bool = False
    options: dict[str, object] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Whether it starts with new processes.

        After larger messages, the allocator makes these up to four times cheaper for some clients.
        """
        return self.kind in {"receive", "send"} and self.unit != "ns"

    @property
    def scale(self) -> float:
        """The factor from seconds, or bytes, to the unit."""
        return {"ns": _NS, "us": _US, "ms": _MS, "KiB": 1 / 1024}[self.unit]


@dataclass(frozen=True, slots=True)
class Target:
    """A target: a ratio to another client, or a limit.

    Attributes:
        id: the id of the row in the list of targets.
        work: the key of the work in `WORKS`.
        other: the client to compare with, or "" for a limit in the work's unit.
        least: the other's cost divided by ours is at least this.
        most: our cost, divided by the other's if there is one, is at most this.
        ours: the way of using wsclient.
        other_work: the key of the other's work, if it is different.
        floor: the limit for the guard, if half of the target is not a useful one.
    """

    id: str
    work: str
    other: str = ""
    least: float = 0.0
    most: float = 0.0
    ours: str = OURS
    other_work: str = ""
    floor: float = 0.0


def _receive(name: str, shape: str, unit: str = "ns", *, more: tuple[str, ...] = (), secure: bool = False) -> Work:
    return Work(name, "receive", unit, (*ALL, *more), options={"shape": shape, "secure": secure})


def _send(name: str, payload: int | str, batch: int, unit: str, *more: str) -> Work:
    return Work(name, "send", unit, (*ALL, *more), count=batch, options={"payload": str(payload), "batch": batch})


def _longest(name: str, shape: str, count: int, budget: float, *more: str) -> Work:
    options = {"shape": shape, "budget": budget}
    return Work(name, "longest", "ms", (OURS, *more), count=count, fixed=True, options=options)


#: The suffix of the key of a work whose figures come from another work.
ON_THE_CLOCK = "-wall"

MEMORY_CLIENTS = tuple(client for client in ALL if client not in {BARE, GODOT})

_LONGEST = {
    f"longest-{name}-{milliseconds}": _longest(
        f"longest poll(), {words}, budget {milliseconds} ms",
        shape,
        count,
        milliseconds / 1000,
        *(("websockets Sans-I/O", GODOT) if milliseconds == 4 else ()),
    )
    for name, words, shape, count in (
        ("burst", "49,152 messages of 64 B", "binary-64", 49152),
        ("16M", "16 MiB, binary", "binary-16777216", 1),
        ("16M-text", "16 MiB, ASCII", "text-16777216", 1),
        ("16M-umlauts", "16 MiB, no ASCII", "umlauts-16777216", 1),
        ("16M-fragments", "16 MiB in 4,096 fragments", "fragments-16777216", 1),
    )
    for milliseconds in (1, 4)
}

WORKS: dict[str, Work] = {
    "idle": Work("a poll() that finds nothing, TCP", "idle"),
    "idle-tls": Work("a poll() that finds nothing, TLS", "idle", options={"secure": True}),
    "idle-inside": Work(
        "the same, TCP, in a game that is a coroutine", "idle", clients=(OURS, *LOOPS), options={"inside": True}
    ),
    "receive-16": _receive("receive 16 B, binary", "binary-16", more=(BATCHES,)),
    "receive-64": _receive(
        "receive 64 B, binary",
        "binary-64",
        more=(BATCHES, SIGNAL, AVAILABLE, COMPILED_BATCHES, COMPILED_SIGNAL, COMPILED_AVAILABLE),
    ),
    "receive-unequal": Work(
        "receive 63 and 65 B in turn, binary",
        "receive",
        clients=(BARE, OURS, "picows", "aiohttp", BATCHES),
        options={"shape": "unequal"},
    ),
    "receive-json": _receive("receive 64 B, JSON text", "json-64", more=(SIGNAL,)),
    "receive-mixed": _receive(
        "receive 4-300 B, binary and text",
        "mixed",
        more=(SIGNAL, AVAILABLE, COMPILED_SIGNAL, COMPILED_AVAILABLE),
    ),
    "receive-tls": _receive("receive 64 B, binary, TLS", "binary-64", secure=True),
    "receive-64K": _receive("receive 64 KiB, binary", "binary-65536", "us"),
    "receive-64K-text": _receive("receive 64 KiB, text", "text-65536", "us"),
    "receive-1M": _receive("receive 1 MiB, binary", "binary-1048576", "us"),
    "receive-1M-text": _receive("receive 1 MiB, text", "text-1048576", "us"),
    "receive-16M": _receive("receive 16 MiB, binary", "binary-16777216", "us"),
    "receive-16M-text": _receive("receive 16 MiB, text", "text-16777216", "us"),
    "send-64": _send("send 64 B, 256 collected", 64, 256, "ns"),
    "send-64-each": _send("send 64 B, each written at once", 64, 1, "ns"),
    "send-64K": _send("send 64 KiB", 65536, 1, "us", NUMPY),
    "send-1M": _send("send 1 MiB", 1 << 20, 1, "us", NUMPY),
    "send-16M": _send("send 16 MiB", 1 << 24, 1, "us", NUMPY),
    "echo": Work("round trip of 64 B, busy loop", "echo", "us", clock="wall"),
    "connect": Work("connect and handshake, TCP", "connect", "us"),
    "connect-tls": Work("connect and handshake, TLS", "connect", "us", options={"secure": True}),
    "connect-wall": Work("the same, TCP, on the clock", "connect", "us", clock="wall", options={"busy": True}),
    "connect-tls-wall": Work(
        "the same, TLS, on the clock", "connect", "us", clock="wall", options={"secure": True, "busy": True}
    ),
    "many-idle": Work("1,000 clients, all polled once, idle", "idle_many", "us", tuple(c for c in ALL if c != BARE)),
    "some-idle": Work("200 clients in a group, polled once, idle", "idle_many", "us", (OURS,)),
    "many-frame": Work(
        "the same, in each of 60 frames a second",
        "idle_many",
        "us",
        tuple(c for c in ALL if c != BARE),
        count=30,
        fixed=True,
        options={"pause": 1 / 60},
    ),
    "emit": Work("emit a signal, one handler", "more", clients=(OURS,), options={"work": "emit"}),
    "emit-by-pyee": Work("the same by pyee", "more", clients=(OURS,), options={"work": "emit-by-pyee"}),
    "receive-compressed": Work(
        "receive 1 KiB JSON, compressed",
        "receive",
        clients=(OURS, "aiohttp", "websockets asyncio", "websockets sync", "websockets Sans-I/O"),
        options={"shape": "compressed", "compression": True},
    ),
    "send-compressed": Work(
        "send 1 KiB JSON, compressed",
        "send",
        clients=(OURS, "aiohttp", "websockets asyncio", "websockets sync", "websockets Sans-I/O"),
        count=64,
        options={"payload": "compressible", "batch": 64, "compression": True},
    ),
    **_LONGEST,
    **{
        key + ON_THE_CLOCK: dataclasses.replace(work, name=work.name + ", on the clock", kind="told")
        for key, work in _LONGEST.items()
    },
}

#: The targets for this version, pure and compiled.
_PROMISED = (
    ("receive-mixed", "picows", {OURS: 0.75, SIGNAL: 0.6, AVAILABLE: 0.7}),
    ("receive-mixed", "picows", {COMPILED: 1.3, COMPILED_SIGNAL: 1.0, COMPILED_AVAILABLE: 1.2}),
    ("receive-64", "picows", {OURS: 2.0, SIGNAL: 1.05, COMPILED: 2.3, COMPILED_SIGNAL: 1.5}),
    ("connect", "websockets sync", {OURS: 2.0, COMPILED: 2.0}),
)

TARGETS = (
    *(
        Target("V2", work, other, least=least, ours=ours)
        for work, other, ways in _PROMISED
        for ours, least in ways.items()
    ),
    *(
        target
        for work in ("idle", "idle-tls")
        for target in (
            Target("T1", work, BARE, most=2.0),
            Target("T1", work, "websockets Sans-I/O", least=2.5),
            Target("T1", work, "websockets sync", least=4.0),
            *(Target("T1", work, other, least=6.0) for other in LOOPS),
            Target("T1", work, GODOT, least=1.0),
        )
    ),
    Target("T2", "receive-64", "picows", least=2.0),
    Target("T2", "receive-64", GODOT, least=4.0),
    Target("T2", "receive-64", "aiohttp", least=3.3),
    Target("T2", "receive-64", "websockets sync", least=18.0),
    Target("T2", "receive-64", "websockets Sans-I/O", least=10.0),
    Target("T2", "receive-16", "picows", least=2.0),
    Target("T2m", "receive-mixed", "picows", least=1.1),
    Target("T2m", "receive-mixed", GODOT, least=2.0),
    Target("T2m", "receive-mixed", "aiohttp", least=1.7),
    Target("T2m", "receive-mixed", "websockets sync", least=9.0),
    Target("T2m", "receive-mixed", "websockets Sans-I/O", least=5.0),
    Target("T2s", "receive-64", "picows", least=1.3, ours=SIGNAL),
    Target("T2s", "receive-64", GODOT, least=2.8, ours=SIGNAL),
    Target("T2s", "receive-mixed", "picows", least=0.9, ours=SIGNAL),
    Target("T2s", "receive-mixed", GODOT, least=1.6, ours=SIGNAL),
    Target("T2s", "emit", OURS, least=4.0, other_work="emit-by-pyee"),
    Target("T2z", "receive-tls", "picows", least=1.4),
    Target("T2z", "receive-tls", "websockets sync", least=14.0),
    Target("T3", "send-64", "picows", least=8.0),
    Target("T3", "send-64", "websockets sync", least=15.0),
    Target("T3", "send-64", GODOT, least=18.0),
    Target("T3", "send-64-each", BARE, most=1.25),
    Target("T4", "echo", BARE, most=1.4),
    *(Target("T4", "echo", other, least=1.0) for other in (*LOOPS, "websockets sync")),
    Target("T5r", "receive-64K", "picows", least=0.8),
    Target("T5r", "receive-64K-text", "picows", least=0.8),
    Target("T5r", "receive-1M", "picows", least=0.8),
    Target("T5r", "receive-1M-text", "picows", least=0.8),
    Target("T5r", "receive-16M", "picows", least=1.0),
    Target("T5r", "receive-16M-text", "picows", least=1.0),
    *(Target("T5r", f"receive-{size}", "websockets sync", least=3.0) for size in ("64K", "1M", "16M")),
    *(Target("T5r", f"receive-{size}", GODOT, least=12.0) for size in ("64K", "1M", "16M")),
    Target("T5s", "send-1M", "websockets sync", least=0.7),
    Target("T5s", "send-16M", "websockets sync", least=0.7),
    Target("T5s", "send-64K", "websockets sync", least=1.0, ours=NUMPY),
    Target("T5s", "send-1M", "websockets sync", least=2.0, ours=NUMPY),
    Target("T5s", "send-16M", "websockets sync", least=1.0, ours=NUMPY),
    Target("T6", "connect", BARE, most=1.3),
    Target("T6", "connect", "websockets sync", least=3.0),
    Target("T6", "connect-tls", BARE, most=1.15),
    Target("T7", "many-idle", most=100.0),
    Target("T7", "many-memory", most=8.0),
    *(
        Target("T8", key + clock, most=1e3 * float(str(work.options["budget"])) + 1.0)
        for key, work in _LONGEST.items()
        for clock in ("", ON_THE_CLOCK)
    ),
    *(Target("T8", f"longest-{shape}-4", GODOT, least=15.0) for shape in ("burst", "16M")),
    Target("T9", "receive-compressed", "aiohttp", least=1.0),
    Target("T9", "receive-compressed", "websockets sync", least=1.6),
    Target("T9", "send-compressed", "aiohttp", least=2.0),
    Target("T9", "send-compressed", "websockets sync", least=2.0),
    Target("T10", "import", most=30.0),
)

#: Additional targets of the guard, which compare wsclient with itself, and which other programs hardly disturb.
FLOORS = (
    # Without the decoder of equal frames there is no difference; with it the ratio is more than two.
    Target("T2", "receive-64", BATCHES, least=2.0, ours=BATCHES, other_work="receive-unequal", floor=1.4),
    # Without the table of masks, this takes three times as many Python steps; pyee's time is the unit.
    Target("T3", "send-64", OURS, most=1.5, other_work="emit-by-pyee", floor=2.7),
    # A group of 200, in us, compared with one client in ns: all of them cost three times as much as one alone.
    Target("T7", "some-idle", OURS, most=0.005, other_work="idle", floor=0.02),
    Target("T5r", "receive-1M", BARE, most=2.5, floor=12.0),
)
