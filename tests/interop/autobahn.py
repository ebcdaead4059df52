"""Runs the client against a running Autobahn fuzzing server.

    wstest --mode fuzzingserver --spec fuzzingserver.json     (or the suite's container image)
    python -m tests.interop.autobahn [--url ws://127.0.0.1:9001] [--cases 1.* 7.*] [--reports reports/clients]

`wstest` needs Python 2.7. Every case is run, with compression offered; then the server writes its reports, and the
verdicts are printed. Exits with 1 if one is neither OK nor INFORMATIONAL.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wsclient import Error, WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Sequence

AGENT = "wsclient"
GOOD = {"OK", "INFORMATIONAL"}

_KIB = 64 * 1024  # of buffers: the largest case has 16 MiB, and echoes queue up
_PACKETS = 65536
_PAUSE = 0.0002  # seconds between two polls, so that the server may work too


class Result(NamedTuple):
    """The server's verdict on one case.

    That on the close is missing if the server's reports cannot be read.
    """

    case: str
    behavior: str
    close: str
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.behavior in GOOD and self.close in {*GOOD, ""}


class Echo:
    """A client that sends each message back as it came.

    Attributes:
        messages: the messages that it keeps instead, if requested.
    """

    def __init__(self, *, keeps_messages: bool = False) -> None:
        self.messages: list[str | bytes] = []
        self._keeps_messages = keeps_messages
        self._is_over = False
        self._client = WebSocketClient()
        self._client.compression = True
        self._client.heartbeat_interval = 0  # a case counts every frame
        self._client.set_buffers(_KIB, _PACKETS, _KIB, _PACKETS)
        self._client.data_received.connect(self._take)
        self._client.connection_closed.connect(self._end)
        self._client.connection_error.connect(self._end)

    def run(self, url: str, seconds: float = 600.0) -> None:
        """Connects, and polls until the connection is over."""
        if self._client.connect_to_url(url) != Error.OK:
            raise RuntimeError(self._client.last_error)
        end = time.monotonic() + seconds
        while not self._is_over:
            self._client.poll()
            time.sleep(_PAUSE)
            if time.monotonic() > end:
                raise TimeoutError(url)

    def _take(self) -> None:
        message = self._client.get_message()
        if message is None:
            return
        if self._keeps_messages:
            self.messages.append(message)
        else:
            is_text = isinstance(message, str)
            self._client.send(message, self._client.WRITE_MODE_TEXT if is_text else self._client.WRITE_MODE_BINARY)

    def _end(self, *_: bool) -> None:
        self._is_over = True


def ask(url: str) -> str:
    """Returns the server's report under this path."""
    client = Echo(keeps_messages=True)
    client.run(url)
    if not client.messages:
        raise RuntimeError(f"{url} gave no answer")
    return str(client.messages[0])


def run_all(url: str, patterns: Sequence[str]) -> list[Result]:
    """Runs the cases with matching names one by one, and prints each result."""
    results = []
    count = json.loads(ask(f"{url}/getCaseCount"))
    for number in range(1, count + 1):
        name = json.loads(ask(f"{url}/getCaseInfo?case={number}"))["id"]
        if not any(fnmatch(name, pattern) for pattern in patterns):
            continue
        started = time.monotonic()
        Echo().run(f"{url}/runCase?case={number}&agent={AGENT}")
        seconds = time.monotonic() - started
        behavior = json.loads(ask(f"{url}/getCaseStatus?case={number}&agent={AGENT}"))["behavior"]
        results.append(Result(name, behavior, "", seconds))
        print(f"{name:8} {behavior:14} {seconds:7.2f} s", flush=True)
    Echo().run(f"{url}/updateReports?agent={AGENT}")
    return results


def with_closes(results: Sequence[Result], reports: Path) -> list[Result]:
    """The results, with the verdicts on the close from the server's reports."""
    index = json.loads((reports / "index.json").read_text())[AGENT]
    return [result._replace(close=index[result.case]["behaviorClose"]) for result in results]


def show(results: Sequence[Result]) -> None:
    """Prints a line for each section, and one for each case that did not go well."""
    sections: dict[str, Counter[str]] = {}
    for result in results:
        section = sections.setdefault(result.case.split(".")[0], Counter())
        section[result.behavior if result.is_good else f"{result.behavior}, close {result.close or '?'}"] += 1
    for name, counts in sections.items():
        print(f"{name:>3}.*  " + "  ".join(f"{behavior} {count}" for behavior, count in sorted(counts.items())))
    bad = [result for result in results if not result.is_good]
    print(f"{len(results)} cases, {len(bad)} not OK, {sum(result.seconds for result in results):.0f} s")
    for result in bad:
        print(f"  {result.case:8} {result.behavior}, close {result.close or '?'}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the suite as the command line says. Returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", default="ws://127.0.0.1:9001")
    parser.add_argument("--cases", nargs="+", default=["*"], metavar="PATTERN", help="which to run; default: all")
    parser.add_argument("--reports", type=Path, help="the server's folder of reports, for its verdicts on the closes")
    options = parser.parse_args(arguments)
    results = run_all(options.url.rstrip("/"), options.cases)
    if options.reports:
        results = with_closes(results, options.reports)
    show(results)
    return 0 if results and all(result.is_good for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
