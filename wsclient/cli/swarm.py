"""`python -m wsclient swarm URL`: connects many clients, to load-test a server.

A script of a swarm imports this module for `record`:

    from wsclient.cli import swarm

    def bot(client, number):
        client.message_received.connect(lambda message: swarm.record("push", age_of(message)))
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final, TextIO

from wsclient.cli.swarm_limits import SPARE, descriptor_shortage, port_range, port_shortage, raise_descriptor_limit
from wsclient.cli.swarm_options import SwarmExit, parse
from wsclient.cli.swarm_picture import draw
from wsclient.cli.swarm_processes import run_in_processes
from wsclient.cli.swarm_report import report, second_of, summary, warning
from wsclient.cli.swarm_run import run
from wsclient.cli.swarm_script import Script, ScriptError, recorder
from wsclient.cli.swarm_view import open_view
from wsclient.protocol.events import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wsclient.cli.swarm_options import SwarmOptions
    from wsclient.cli.swarm_report import Second
    from wsclient.cli.swarm_tally import Tally

__all__ = ["record", "swarm"]

record: Final = recorder.record
"""Records a time that a script has measured, in seconds, under a name."""


def swarm(arguments: Sequence[str], output: TextIO, is_interrupted: Callable[[], bool]) -> int:
    """Runs a swarm.

    Args:
        arguments: the arguments after the word `swarm`.
        output: the stream for the output.
        is_interrupted: returns True to stop.

    Returns:
        The exit code; see `SwarmExit`.
    """
    options = parse(arguments)
    if shortage := _shortage(options):
        print(shortage, file=output, flush=True)
        return SwarmExit.NO_ROOM
    try:
        if options.script is not None:
            Script.load(options.script)  # before anything is started
    except ScriptError as error:
        print(error, file=output, flush=True)
        return SwarmExit.USAGE
    tally, seconds = _run(options, output, is_interrupted)
    has_missed = _show_end(options, tally, output)
    was_interrupted = is_interrupted()
    if not _write(options, tally, seconds, output, is_interrupted=was_interrupted):
        return SwarmExit.MISSED
    if any(stage == Stage.ARGUMENTS.value for stage, _ in tally.errors):
        return SwarmExit.USAGE  # for example a header without a colon
    if was_interrupted:
        return SwarmExit.INTERRUPTED
    return SwarmExit.MISSED if has_missed else SwarmExit.GOOD


def _shortage(options: SwarmOptions) -> str:
    needed = -(-options.clients // options.processes) + SPARE
    allowed = raise_descriptor_limit(needed)
    return descriptor_shortage(options.clients, options.processes, allowed) or port_shortage(
        options.clients, port_range()
    )


def _run(options: SwarmOptions, output: TextIO, is_interrupted: Callable[[], bool]) -> tuple[Tally, list[Second]]:
    seconds: list[Second] = []
    start = time.monotonic()
    before = (0.0, 0, 0)
    with open_view(output) as show:

        def on_second(tally: Tally) -> None:
            nonlocal before
            at = time.monotonic() - start
            seconds.append(second_of(tally, at, before))
            before = (at, tally.counts["messages_in"], tally.counts["messages_out"])
            show(seconds[-1])

        if options.processes == 1:
            return run(options, 0, is_interrupted, on_second), seconds
        return run_in_processes(options, is_interrupted, on_second), seconds


def _show_end(options: SwarmOptions, tally: Tally, output: TextIO) -> bool:
    """Shows the summary; returns True if a limit was exceeded."""
    lines = summary(tally, options.fail_under_p99, options.max_errors)
    if words := warning(max(tally.cpu, default=0.0), tally.counts["missed_frames"]):
        lines.insert(0, words)
    print("\n".join(lines), file=output, flush=True)
    return any(line.startswith("FAILED: ") for line in lines)


def _write(
    options: SwarmOptions, tally: Tally, seconds: Sequence[Second], output: TextIO, *, is_interrupted: bool
) -> bool:
    """Writes the requested files; returns False if that failed."""
    try:
        if options.report is not None:
            written = json.dumps(report(options, tally, seconds, is_interrupted=is_interrupted), indent=1)
            options.report.write_text(written + "\n", encoding="utf-8")
        if options.plot is not None:
            draw(tally, seconds, options.plot)
    except OSError as error:
        print(f"the report cannot be written: {error}", file=output, flush=True)
        return False
    return True
