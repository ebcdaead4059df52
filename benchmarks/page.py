"""Writes docs/performance.md and its pictures from the figures of the last run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.rounds import Figures, median
from benchmarks.suite import (
    AVAILABLE,
    COMPILED,
    COMPILED_AVAILABLE,
    COMPILED_SIGNAL,
    GODOT,
    MEMORY_STATES,
    NUMPY,
    OURS,
    SIGNAL,
    WORKS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.report import Line

__all__ = ["write"]

_DOCS = Path(__file__).parent.parent / "docs"
_REASONS = Path(__file__).parent / "reasons.md"

_PEERS = (OURS, "picows", "aiohttp", "websockets asyncio", "websockets Sans-I/O", "websockets sync")
_COLOURS = ("#1b6ca8", "#d1495b", "#edae49", "#66a182", "#8d6a9f", "#2e4057")
_SIZES = {
    "receive-16": 16,
    "receive-64": 64,
    "receive-64K": 65536,
    "receive-1M": 1 << 20,
    "receive-16M": 1 << 24,
}

#: The rows of the table of ratios: a description, the key of the work, and the way of using wsclient.
_RATIOS = (
    ("a `poll()` with nothing to do", "idle", OURS),
    ("receive 64 B", "receive-64", OURS),
    ("by `data_received`", "receive-64", SIGNAL),
    ("compiled", "receive-64", COMPILED),
    ("compiled, by `data_received`", "receive-64", COMPILED_SIGNAL),
    ("receive 4-300 B, mixed", "receive-mixed", OURS),
    ("by `data_received`", "receive-mixed", SIGNAL),
    ("by `messages_available`", "receive-mixed", AVAILABLE),
    ("compiled", "receive-mixed", COMPILED),
    ("compiled, by `data_received`", "receive-mixed", COMPILED_SIGNAL),
    ("compiled, by `messages_available`", "receive-mixed", COMPILED_AVAILABLE),
    ("receive 64 KiB", "receive-64K", OURS),
    ("the same, text", "receive-64K-text", OURS),
    ("receive 1 MiB, text", "receive-1M-text", OURS),
    ("receive 16 MiB", "receive-16M", OURS),
    ("compressed, receive", "receive-compressed", OURS),
    ("compressed, send", "send-compressed", OURS),
    ("send 64 B, collected", "send-64", OURS),
    ("send 64 B, at once", "send-64-each", OURS),
    ("send 1 MiB", "send-1M", OURS),
    ("the same with numpy", "send-1M", NUMPY),
    ("round trip, on the clock", "echo", OURS),
    ("connect", "connect", OURS),
)


def write(lines: list[Line], results: dict[str, Figures], facts: dict[str, str]) -> None:
    """Writes the page and its pictures."""
    mpl.rcParams.update(
        {
            "svg.hashsalt": "wsclient",
            "svg.fonttype": "none",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    (_DOCS / "images").mkdir(parents=True, exist_ok=True)
    _draw_rates(results)
    _draw_longest(results)
    reached = [line for line in lines if line.values and line.is_reached]
    measured = [line for line in lines if line.values]
    text = "\n\n".join(
        [
            "# Performance\n\n" + _summary(results),
            "![Messages a second by size and client](images/rates.svg)\n\n![The longest poll()](images/longest.svg)",
            "## Compared with other clients\n\n" + _INTO_RATIOS + "\n\n" + "\n".join(_ratios(results)),
            _BUILDS,
            _REASONS.read_text(encoding="utf-8").strip(),
            "## Memory\n\n" + _INTO_MEMORY + "\n\n" + "\n".join(_memory(results)),
            "## Appendix: how it is measured\n\n" + _METHOD,
            (
                f"## Appendix: targets\n\n{len(reached)} of the {len(measured)} measured targets are reached."
                f" {_INTO_TABLE}" + "\n\n" + "\n".join(_table(lines))
            ),
            "## Appendix: all figures\n\nMedians, for one unit of work.\n\n" + "\n".join(_all_figures(results)),
            "## Appendix: this run\n\n" + "\n".join(f"- {name}: {value}" for name, value in facts.items()),
        ]
    )
    (_DOCS / "performance.md").write_text(text + "\n", encoding="utf-8")


_SUMMARY = """\
A `poll()` with nothing to do takes {idle:.2g} us, {idle_asyncio:.2g} times less than clients of asyncio need for the
same. Messages of equal size, such as the state of a game, cost {small:.0f} ns each, {small_picows:.2g} times less
than with picows, the fastest other client. If sizes and kinds are mixed, picows, which is compiled, is faster than
the pure build and takes {mixed:.2g} of its time. A `poll()` never takes longer than its budget and one millisecond,
whatever the server sends. Others are faster at connecting, at large texts, and at large sends without numpy, for
[the reasons below](#where-we-are-behind-and-why). Servers are compared in
[Hosting a game](howto/hosting.md#measurements)."""

_INTO_RATIOS = """\
The processor time of the other clients for the same work, divided by that of wsclient. Above 1, wsclient is faster.
Below 1, in bold, the other one is."""

_BUILDS = """\
## The compiled build

If there is a wheel for the system and the version of Python, pip installs one in which mypyc has compiled the
modules that handle each message, from the same source. Otherwise, and from source, it is pure Python. Nothing else
differs: the tests of the protocol run with both.

- `WSCLIENT_PURE=1` in the environment makes a compiled wheel run as pure Python.
- The compiled files are in the package's folder, next to the sources. A copied folder therefore works, a zip archive
  runs as pure Python, and the package tells PyInstaller which files to include.
- `make wheels` builds both wheels. `HATCH_BUILD_HOOK_ENABLE_CUSTOM=1` makes any build of the source a compiled one.
- Parts of compiled classes cannot be replaced. If your test patches a method inside `wsclient.protocol` or
  `wsclient.transport`, set `WSCLIENT_PURE=1`. Public classes may be subclassed in both builds.
- `help()` shows the arguments of compiled methods, such as `get_message`, but not their descriptions."""

_METHOD = """\
Everything is measured in one run on one machine. `make bench` repeats it and writes this page. `make bench-quick`
repeats the most important part in under two minutes.

Only ratios are meaningful: absolute figures depend on the machine and its other work. All clients take turns within
each round. Each has its own process, on a different core from the server, which sends prepared bytes. "bare system
calls" reads and writes the same bytes without processing them, and is the lower limit. Costs are processor time of
the client's process, except for round trips and for rows marked "on the clock". The longest `poll()` is given as the
work of its thread, without the time that the system gave to other programs, and on the clock as well.

Each client is used in the way that its documentation describes as the fastest, with the same limits. Text is turned
into `str`, and every message is read. Clients of asyncio run on its own loop with aiofastnet, and on uvloop; the
better of both counts for each row. Godot runs a script without a main loop. Work with messages of 64 KiB or more
starts with new processes, because malloc adapts to larger messages, which would change the cost. Other new clients,
such as curl-cffi and wreq, were 4 to 40 times slower than picows in a test, and are not included."""

_INTO_MEMORY = """\
KiB of real memory for one more client, averaged over 50. In play: the client has received 80 messages and sent as
many. Queue full: the server has sent 4 MiB in messages of 64 bytes, or as much as it could, and the client has read
none. Each client stops at its own limit, wsclient at 4,096 messages, which `set_buffers` changes. Clients without a
queue are left out. asyncio's own TLS uses a buffer of 256 KiB for each connection. [What we promise](promises.md)
says how much a client of wsclient can hold at most."""

_INTO_TABLE = """\
"At least 2" means that the other client costs at least twice as much as wsclient. "At most 2" means that wsclient
costs at most twice as much as the other client, or at most that much. The spread is the middle half of the rounds."""


def _summary(results: dict[str, Figures]) -> str:
    return _SUMMARY.format(
        idle=median(results["idle"][OURS]) / 1000,
        idle_asyncio=_ratio(results, "idle", OURS, "picows") or 0.0,
        small=median(results["receive-64"][OURS]),
        small_picows=_ratio(results, "receive-64", OURS, "picows") or 0.0,
        mixed=_ratio(results, "receive-mixed", OURS, "picows") or 0.0,
    )


def _ratios(results: dict[str, Figures]) -> Iterable[str]:
    """Returns the table of ratios, which fits on a phone."""
    others = ("picows", "aiohttp", "websockets sync", GODOT)
    yield "| | picows | aiohttp | websockets | Godot 3 |"
    yield "|---|---:|---:|---:|---:|"
    for words, key, ours in _RATIOS:
        ratios = [_ratio(results, key, ours, other) for other in others]
        if any(ratio is not None for ratio in ratios):
            yield f"| {words} | " + " | ".join(map(_shown, ratios)) + " |"


def _ratio(results: dict[str, Figures], key: str, ours: str, other: str) -> float | None:
    figures = results.get(key, {})
    return median(figures[other]) / median(figures[ours]) if ours in figures and other in figures else None


def _shown(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:.2g}" if ratio >= 1.0 else f"**{ratio:.2f}**"


def _table(lines: Iterable[Line]) -> Iterable[str]:
    yield "| | Work | wsclient used by | Compared with | Target | Measured | Spread | Reached |"
    yield "|---|---|---|---|---|---|---|---|"
    unmeasured = [line for line in lines if not line.values]
    for line in lines:
        if line.values:
            yield "| " + " | ".join(line.cells) + " |"
    if unmeasured:
        yield ""
        without = sorted({line.target.other or line.target.work for line in unmeasured})
        yield f"Not measured in this run ({len(unmeasured)}): targets that compare with {', '.join(without)}."


def _memory(results: dict[str, Figures]) -> Iterable[str]:
    columns = {
        f"{words}, {kind}": results.get(f"memory-{state}{end}", {})
        for kind, end in (("TCP", ""), ("TLS", "-tls"))
        for state, words in MEMORY_STATES.items()
    }
    yield "| Client | " + " | ".join(columns) + " |"
    yield "|---|" + "---:|" * len(columns)
    for client in dict.fromkeys(client for figures in columns.values() for client in figures):
        cells = (f"{figures[client][0]:,.1f}" if client in figures else "" for figures in columns.values())
        yield f"| {client} | " + " | ".join(cells) + " |"


def _all_figures(results: dict[str, Figures]) -> Iterable[str]:
    names = {key: (WORKS[key].name, WORKS[key].unit) for key in results if key in WORKS}
    names |= {"many-memory": ("memory of a client, of 1,000 open", "KiB")} if "many-memory" in results else {}
    clients = list(dict.fromkeys(client for key in names for client in results[key]))
    yield "| Work | " + " | ".join(clients) + " |"
    yield "|---|" + "---:|" * len(clients)
    for key, (name, unit) in names.items():
        figures = results[key]
        cells = (f"{median(figures[client]):.3g}" if client in figures else "" for client in clients)
        yield f"| {name}, {unit} | " + " | ".join(cells) + " |"


def _draw_rates(results: dict[str, Figures]) -> None:
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for client, colour in zip(_PEERS, _COLOURS, strict=True):
        points = [
            (size, WORKS[key].scale / median(results[key][client]))
            for key, size in _SIZES.items()
            if client in results.get(key, {})
        ]
        if points:
            width = 2.4 if client == OURS else 1.2
            axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=client, color=colour, linewidth=width)
    axes.set(xscale="log", yscale="log", xlabel="bytes a message", ylabel="messages a second, of one core")
    axes.set_title("Receiving", loc="left")
    axes.legend(frameon=False)
    figure.savefig(_DOCS / "images" / "rates.svg", metadata={"Date": None})


def _draw_longest(results: dict[str, Figures]) -> None:
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.add_subplot()
    shapes = ("burst", "16M", "16M-text", "16M-umlauts", "16M-fragments")
    bars = [(OURS, 1), (OURS, 4), ("websockets Sans-I/O", 4), (GODOT, 4)]
    for place, ((client, budget), colour) in enumerate(zip(bars, _COLOURS, strict=False)):
        heights = [
            median(results[key][client]) if client in results.get(key, {}) else 0.0
            for key in (f"longest-{shape}-{budget}" for shape in shapes)
        ]
        label = f"{client}, budget {budget} ms" if client == OURS else client
        axes.bar([at + place * 0.16 for at in range(len(shapes))], heights, 0.15, label=label, color=colour)
    words = ("49,152 messages", "16 MiB binary", "16 MiB ASCII", "16 MiB, no ASCII", "4,096 fragments")
    axes.set_xticks([at + 0.32 for at in range(len(shapes))], words)
    axes.set(yscale="log", ylabel="milliseconds")
    axes.set_title("The longest poll() while this comes in", loc="left", pad=24)
    axes.legend(frameon=False, ncols=len(bars), loc="lower left", bbox_to_anchor=(-0.02, 1.0), columnspacing=1.2)
    figure.savefig(_DOCS / "images" / "longest.svg", metadata={"Date": None})
