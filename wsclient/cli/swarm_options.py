"""The options and exit codes of `python -m wsclient swarm`."""

from __future__ import annotations

import argparse
from enum import IntEnum
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wsclient.cli.options import add_server_options, count, positive
from wsclient.cli.swarm_plan import Plan
from wsclient.ground.value import Value
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.url import URL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["SwarmExit", "SwarmOptions", "parse"]


class SwarmExit(IntEnum):
    """The exit code of a swarm, for the shell."""

    GOOD = 0
    MISSED = 1
    USAGE = 2  # the code that argparse uses
    NO_ROOM = 3
    INTERRUPTED = 130  # 128 + SIGINT, as in shells


class SwarmOptions(Value):
    """The parsed command line.

    Attributes:
        url: the URL to connect to.
        protocols: subprotocols, the preferred one first.
        headers: `"Name: value"` each.
        insecure: True to skip the check of the server's certificate.
        cert: path of the certificate to trust; None for the usual roots.
        clients: the total number of clients.
        rate: the number of clients that connect per second.
        duration: seconds, counted from the first connect.
        hz: frames per second; 0 to poll as soon as something arrives.
        message: the message of each client, text or binary; None to send nothing.
        every: seconds between two messages of a client, or two calls of a bot's `every`.
        script: the behaviour of each client; None for nothing else.
        processes: the number of processes for the clients.
        report: the path of the report, in JSON; None for no report.
        plot: the path of the picture; None for no picture.
        fail_under_p99: milliseconds that the 99th percentile must not exceed; None for no limit.
        max_errors: the number of errors that are allowed.
    """

    url: str
    protocols: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    insecure: bool = False
    cert: str | None = None
    clients: int = 100
    rate: float = 50.0
    duration: float = 30.0
    hz: float = 0.0
    message: str | bytes | None = None
    every: float = 1.0
    script: Path | None = None
    processes: int = 1
    report: Path | None = None
    plot: Path | None = None
    fail_under_p99: float | None = None
    max_errors: int = 0

    @property
    def plan(self) -> Plan:
        """The schedule of the swarm."""
        return Plan(self.clients, self.rate, self.duration, self.every)

    def to_json(self) -> dict[str, object]:
        """Returns the data for a report.

        It contains no secrets from the URL or the headers, and only the size of the message.
        """
        message = self.message
        return {
            "url": str(URL.parse(self.url)),
            "protocols": list(self.protocols),
            "headers": [header.partition(":")[0] for header in self.headers],
            "insecure": self.insecure,
            "clients": self.clients,
            "rate": self.rate,
            "duration": self.duration,
            "hz": self.hz,
            "message_bytes": len(message.encode() if isinstance(message, str) else message or b""),
            "every": self.every,
            "script": None if self.script is None else str(self.script),
            "processes": self.processes,
            "fail_under_p99": self.fail_under_p99,
            "max_errors": self.max_errors,
        }


_MAX_HZ: Final = 1000  # arbitrary: clocks of games are not finer

_DESCRIPTION = """\
Connect many clients to a WebSocket server, and show how it copes: how many connected, what
went wrong, messages per second, and how long answers took. Times are measured from when a
message was due, not from when it could be sent, so they include the stalls of a server.
"""

_EPILOG = """\
A script is a Python file with a function bot(client, number), which connects handlers, or a class Bot:

  from wsclient.cli import swarm

  class Bot:
      def __init__(self, client, number): self.client = client
      def on_open(self): self.client.send_text("hello")
      def on_message(self, message): swarm.record("push", age_of(message))
      def on_close(self, was_clean): ...
      def every(self): self.client.send_text("move")     # every --every seconds

exit codes:
  0    success
  1    more errors than --max-errors, or slower than --fail-under-p99
  2    an argument or the script is wrong
  3    this machine does not allow enough descriptors or local ports
  130  Ctrl-C: the report is still written

examples:
  python -m wsclient swarm ws://127.0.0.1:9080 --send hello
  python -m wsclient swarm ws://127.0.0.1:9080 --clients 4000 --rate 400 --processes 4 --send @move.json --every 0.5
  python -m wsclient swarm wss://game.example --script bot.py --hz 60 --report swarm.json --fail-under-p99 50
"""


def parse(arguments: Sequence[str]) -> SwarmOptions:
    """Parses the command line.

    Args:
        arguments: the arguments after the word `swarm`.

    Raises:
        SystemExit: help was requested, or an argument is wrong; the text has been printed.
    """
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    given["protocols"], given["headers"] = tuple(given["protocols"]), tuple(given["headers"])
    given["message"] = _message(given.pop("send"), parser)
    options = SwarmOptions(**given)
    _check(options, parser)
    return options


def _check(options: SwarmOptions, parser: argparse.ArgumentParser) -> None:
    try:
        URL.parse(options.url)
    except InvalidArgument as error:
        parser.error(str(error))
    if options.message is not None and options.script is not None:
        parser.error("--send and --script exclude each other: a script sends its own messages")
    if options.plan.ramp >= options.duration:
        ramp, duration = f"{options.plan.ramp:g}", f"{options.duration:g}"
        parser.error(f"the last client would connect after {ramp} s of {duration}: raise --rate or --duration")
    if options.hz and not 1.0 <= options.hz <= _MAX_HZ:
        parser.error(f"--hz is 0, or from 1 to {_MAX_HZ}")
    if options.processes > options.clients:
        parser.error("more --processes than --clients")
    if options.plot is not None and options.plot.suffix not in {".png", ".svg"}:
        parser.error(f"--plot writes .png or .svg, not {options.plot.name}")
    if options.plot is not None and find_spec("matplotlib") is None:
        parser.error("--plot needs matplotlib: pip install matplotlib")
    for path in (options.report, options.plot):
        if path is not None and not path.parent.is_dir():
            parser.error(f"there is no folder {path.parent} to write {path.name} into")


def _message(given: str | None, parser: argparse.ArgumentParser) -> str | bytes | None:
    """Returns a string, or the contents of a file: a string if it is UTF-8."""
    if given is None or not given.startswith("@"):
        return given
    try:
        held = Path(given[1:]).read_bytes()
    except OSError as error:
        _stop(parser, f"--send {given}: {error.strerror}")
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError:
        return held


def _stop(parser: argparse.ArgumentParser, words: str) -> NoReturn:
    parser.error(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wsclient swarm",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_server_options(parser, headers="a further header of each request")
    add = parser.add_argument
    add("--clients", type=count, default=100, metavar="N", help="the number of clients (default: 100)")
    add("--rate", type=positive, default=50.0, metavar="N", help="how many connect per second (default: 50)")
    add("--duration", type=positive, default=30.0, metavar="SECONDS", help="how long to run (default: 30)")
    add(
        "--hz",
        type=_not_negative,
        default=0.0,
        help="poll HZ times a second, like a game (default: 0, when data arrive)",
    )
    add("--send", metavar="TEXT|@FILE", help="the message of each client; the next message that arrives is its answer")
    add("--every", type=positive, default=1.0, metavar="SECONDS", help="between two messages of a client (default: 1)")
    add("--script", type=Path, metavar="BOT.PY", help="the behaviour of each client; see below")
    add("--processes", type=count, default=1, metavar="N", help="divide the clients among N processes (default: 1)")
    add("--report", type=Path, metavar="FILE", help="write all results as JSON")
    add("--plot", type=Path, metavar="FILE", help="draw the results, as .png or .svg; needs matplotlib")
    add("--fail-under-p99", type=positive, metavar="MS", help="fail if the 99th percentile exceeds this")
    add("--max-errors", type=_whole, default=0, metavar="N", help="fail if there are more errors (default: 0)")
    return parser


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("at least 0")
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not (isfinite(number) and number >= 0.0):
        raise argparse.ArgumentTypeError("a number of 0 or more")
    return number
