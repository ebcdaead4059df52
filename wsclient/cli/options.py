"""The options and exit codes of the command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from enum import IntEnum
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ExitCode", "Options", "add_server_options", "count", "parse", "positive"]


class ExitCode(IntEnum):
    """The exit code for the shell."""

    DONE = 0
    NOT_CONNECTED = 1
    USAGE = 2  # the code that argparse uses
    ENDED_BADLY = 3
    TIMEOUT = 4
    INTERRUPTED = 130  # 128 + SIGINT, as in shells


_DESCRIPTION = """\
Talk to a WebSocket server. Each line of the input is sent as a text message. Messages are
shown with their time, direction, size in bytes and kind. Control characters are shown
escaped.
"""

_EXIT_CODES = """\
exit codes:
  0    success: the input ended, --listen was satisfied, or the server closed with 1000, 1001 or no code
  1    the connection could not be opened
  2    an argument is wrong
  3    the connection was lost, the server closed with another code or before --listen was satisfied,
       or the output was closed
  4    the --timeout was reached
  130  Ctrl-C: the connection was closed with 1001 (going away). A second Ctrl-C does not wait for the server
"""

_COMMANDS = """\
other commands, each with its own --help:
  wsclient serve [PORT]    start a server that echoes or broadcasts, for experiments
  wsclient swarm URL       connect many clients at once, to load-test a server
  wsclient examples        show where the demos are
  wsclient --version
"""

_EXAMPLES = """\
examples:
  python -m wsclient ws://127.0.0.1:9080
  echo hello | python -m wsclient --listen 1 --timeout 5 --json wss://example.com/socket
  python -m wsclient --ping --listen 10 ws://127.0.0.1:9080
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The parsed command line.

    Attributes:
        url: the URL to connect to.
        protocols: subprotocols, the preferred one first.
        headers: `"Name: value"` each.
        insecure: True to skip the check of the server's certificate.
        cert: path of the certificate to trust; None for the usual roots.
        ping: True to measure round trips.
        interval: seconds between two pings.
        listen: how many messages (with `ping`: round trips) to wait for; None to wait until the input ends.
        timeout: seconds for the whole run; None for no limit.
        json: True to show each event as a line of JSON.
        stats: True to show the statistics at the end.
    """

    url: str
    protocols: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    insecure: bool = False
    cert: str | None = None
    ping: bool = False
    interval: float = 1.0
    listen: int | None = None
    timeout: float | None = None
    json: bool = False
    stats: bool = False


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Parses the command line.

    Args:
        arguments: the arguments without the program's name; None for those of this process.

    Raises:
        SystemExit: help was requested, or an argument is wrong; the text has been printed.
    """
    return Options(**vars(_parser().parse_args(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wsclient",
        description=_DESCRIPTION,
        epilog=f"{_EXIT_CODES}\n{_COMMANDS}\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_server_options(parser, headers="a further header of the request")
    add = parser.add_argument
    add(
        "--ping",
        action="store_true",
        help="read no input; measure the round trips of pings, to about 1 ms",
    )
    add(
        "--interval",
        type=positive,
        default=1.0,
        metavar="SECONDS",
        help="between two pings, and to wait for each answer (default: 1)",
    )
    add(
        "--listen",
        type=count,
        metavar="N",
        help="end after N messages (with --ping: round trips) instead of when the input ends",
    )
    add("--timeout", type=positive, metavar="SECONDS", help="end after this time in any case")
    add("--json", action="store_true", help="print one JSON object per line")
    add("--stats", action="store_true", help="show statistics at the end")
    return parser


def add_server_options(parser: argparse.ArgumentParser, *, headers: str) -> None:
    """Adds the URL of a server, and the options for connecting to it.

    Args:
        parser: parses a command of `python -m wsclient`.
        headers: the help of `--header`.
    """
    add = parser.add_argument
    add("url", help="ws://... or wss://...; without a scheme ws://")
    add("--protocol", dest="protocols", action="append", default=[], metavar="NAME", help="a subprotocol to ask for")
    add("--header", dest="headers", action="append", default=[], metavar="'NAME: VALUE'", help=headers)
    add("--insecure", action="store_true", help="do not check the server's certificate")
    add("--cert", metavar="FILE", help="PEM file with the certificate to trust in place of the usual roots")


def count(text: str) -> int:
    """Reads the value of an option that is a whole number, at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def positive(text: str) -> float:
    """Reads the value of an option that is a finite number above 0."""
    number = float(text)
    if not (isfinite(number) and number > 0.0):
        raise argparse.ArgumentTypeError("a number above 0")
    return number
