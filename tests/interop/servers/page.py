"""Writes docs/interop.md, which compares wsclient with `websockets`."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.interop.servers.battery import CHECKS, Check
from wsclient.ground.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.interop.servers.roster import Server

__all__ = ["Result", "write"]

LIMITS = Path(__file__).parent / "limits.md"
PAGE = Path(__file__).parents[3] / "docs" / "interop.md"


@dataclass(frozen=True)
class Result:
    """The answers of one server, by client and check."""

    server: Server
    version: str
    answers: dict[str, dict[str, str]]

    @property
    def is_worse(self) -> bool:
        """Returns True if `websockets` got the expected answer but wsclient did not."""
        ours, theirs = self.answers.values()
        return any(ours[check.name] != check.expected == theirs[check.name] for check in CHECKS)


def write(results: list[Result], missing: dict[str, str]) -> None:
    """Writes the page."""
    PAGE.write_text("\n".join(_lines(results, missing)) + "\n", encoding="utf-8")


def _lines(results: list[Result], missing: dict[str, str]) -> Iterator[str]:
    yield _INTRODUCTION.format(
        count=len(results),
        date=datetime.now(UTC).date().isoformat(),
        python=platform.python_version(),
        websockets=importlib.metadata.version("websockets"),
    )
    yield "| Server | " + " | ".join(check.name for check in CHECKS) + " |"
    yield "|---|" + ":---:|" * len(CHECKS)
    for result in results:
        cells = (_cell(check, result) for check in CHECKS)
        yield f"| {result.server.name} {result.version} | " + " | ".join(cells) + " |"
    yield "\n## What differs between the two clients\n"
    yield from (f"- **{result.server.name}**: {notes}." for result in results if (notes := _differences(result)))
    yield "\n## Known limits of the servers\n"
    yield LIMITS.read_text(encoding="utf-8").strip()
    if missing:
        yield "\n## Not tested\n"
        yield from (f"- {name}: {' '.join(reason.split())[:200]}" for name, reason in missing.items())


def _cell(check: Check, result: Result) -> str:
    ours, theirs = (answers[check.name] for answers in result.answers.values())
    shown = "✔" if ours == check.expected else "-" if ours == "-" else _short(ours)
    return shown if ours == check.expected or theirs.startswith(ours) else f"{shown} ≠"


def _short(answer: str) -> str:
    words = answer.removeprefix("refused ").removeprefix("closed ").removeprefix("same ")
    return words if len(words) < 12 else "refused"


def _differences(result: Result) -> str:
    return "; ".join(
        f"{check.name}: {_told(ours)}, websockets {_told(theirs)}"
        for check in CHECKS
        if not (theirs := result.answers["websockets"][check.name]).startswith(
            ours := result.answers["wsclient"][check.name]
        )
    )


def _told(answer: str) -> str:
    shown = escape(answer)
    return shown if len(shown) < 120 else shown[:117] + "..."


_INTRODUCTION = """\
# Tested servers

{count} servers, tested on {date} with Python {python}, with wsclient and with the blocking client of websockets
{websockets}. `make interop` repeats the tests and writes this page. Every run of the test suite includes five of them.

A ✔ means that the server supports everything that the protocol allows. Any other cell shows what it answered instead.
A ≠ marks cells in which the two clients differ; the section below says how.

| Test | ✔ means |
|---|---|
| connect, subprotocol | it opens; it chooses `chat.v1` from `chat.v2, chat.v1` ("none": it opens without one) |
| text, binary, empty, 1 MiB | the same message is returned |
| fragments | a text sent with one character in each frame is returned complete |
| compression | permessage-deflate is used ("plain": it is not; "same": unknown), and the message is returned |
| ping, burst | a pong arrives; 1,000 messages sent without waiting are returned in order |
| we close | the client's Close 4000 with a reason is answered with the same |
| it closes | Close 4001 arrives with its reason |
| HTTP error | a path that does not exist is refused with 404 ("open": every path is accepted) |
| redirect | 302 leads to the echo |
| stopped | SIGTERM sends Close 1001 to connected clients ("1006": TCP ends without a Close) |
"""
