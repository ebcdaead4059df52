"""Runs every target for a while, each in its own process, and reports results.

    python -m fuzz                         ten seconds each
    python -m fuzz --seconds 3600 frames_client frames_server

Of each target it shows the executions, those in a second of processor time, and the share of the library's modules for
this target that all inputs so far have reached (lines and branches).

Exits with 1 if anything was found. Findings are in `.fuzz/found/`. To run one of them again, use
`python -m fuzz --again .fuzz/found/FILE TARGET`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from fuzz.engines import has_atheris
from fuzz.seeds import CORPUS
from fuzz.tally import Count, Tally
from fuzz.targets import TARGETS
from fuzz.worker import FOUND

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outcome", "main", "run"]

_WORK: Final = Path(".fuzz")  # grown corpora, counts and findings; not in the repository
_GRACE: Final = 300.0  # seconds to import the library and to run the corpus, on a busy machine


@dataclass(frozen=True)
class Outcome:
    """The result of one target."""

    name: str
    tried: Count
    reached: float | None  # per cent; None if `coverage` is not installed
    exit_code: int

    @property
    def rate(self) -> float:
        """The executions in a second of processor time."""
        return self.tried.executions / self.tried.seconds if self.tried.seconds else 0.0

    @property
    def verdict(self) -> str:
        """The result in one or two words."""
        if self.exit_code == 0:
            return "nothing"
        return "A DEFECT" if self.exit_code == FOUND else f"exit code {self.exit_code}"


def run(
    names: list[str], seconds: float, *, jobs: int = 1, is_random: bool = False, seed: int = 0
) -> Iterator[Outcome]:
    """Runs targets, some of them at the same time; yields their results.

    Args:
        names: the names of the targets.
        seconds: the time for each target.
        jobs: the number of targets that run at the same time.
        is_random: True to use random input, even if atheris is installed.
        seed: the seed of the random input; 0 for a different one each time.
    """
    for first in range(0, len(names), jobs):
        with ExitStack() as running:
            workers = [
                running.enter_context(_Worker(name, seconds, is_random=is_random, seed=seed))
                for name in names[first : first + jobs]
            ]
            for worker in workers:
                yield worker.wait()


class _Worker:
    """The process of one target, for use in a `with` statement."""

    def __init__(self, name: str, seconds: float, *, is_random: bool, seed: int) -> None:
        self._name = name
        self._seconds = seconds
        self._tally = _WORK / f"{name}.tally"
        grown, found = _WORK / "corpus" / name, _WORK / "found"
        for folder in (grown, found):
            folder.mkdir(parents=True, exist_ok=True)
        Tally.create(self._tally)
        folders = ["--tally", self._tally, "--corpus", CORPUS / name, "--grown", grown, "--found", found]
        command = [sys.executable, "-m", "fuzz.worker", name, *folders, f"--seconds={seconds}", f"--seed={seed}"]
        self._log = (_WORK / f"{name}.log").open("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            [*map(str, command), *(["--random"] if is_random else [])], stdout=self._log, stderr=self._log
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def wait(self) -> Outcome:
        """Waits until it ends; shows its output if it found something."""
        try:
            exit_code = self._process.wait(self._seconds + _GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            exit_code = self._process.wait()
        if exit_code:
            self._log.seek(0)
            print(f"--- {self._name}\n{self._log.read()[-6000:]}", flush=True)
        return Outcome(self._name, Tally.read(self._tally), _reached(self._name), exit_code)


def _reached(name: str) -> float | None:
    """Runs all inputs of a target again, in a process that follows which lines they reach."""
    command = [sys.executable, "-m", "fuzz.reached", name, str(CORPUS / name), str(_WORK / "corpus" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode else float(done.stdout)


def main() -> int:
    """Runs what the command line asks for; returns the exit code."""
    options = _options()
    if options.again:
        for name in options.targets:
            TARGETS[name](options.again.read_bytes())
        return 0
    engine = "random inputs (atheris is not installed)" if options.random or not has_atheris() else "atheris"
    print(f"{engine}, Python {sys.version.split()[0]}, {options.seconds:g} s each", flush=True)
    print(f"\n{'target':15} {'executions':>12} {'units':>14} {'a second':>10} {'reached':>8}   found", flush=True)
    executions = units = failed = 0
    for each in run(options.targets, options.seconds, jobs=options.jobs, is_random=options.random, seed=options.seed):
        tried = each.tried
        share = "-" if each.reached is None else f"{each.reached:.1f} %"
        counts = f"{tried.executions:12,} {tried.units:14,} {each.rate:10,.0f}"
        print(f"{each.name:15} {counts} {share:>8}   {each.verdict}", flush=True)
        executions, units, failed = executions + tried.executions, units + tried.units, failed or each.exit_code
    print(f"{'in all':15} {executions:12,} {units:14,}")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("targets", nargs="*", default=[*TARGETS], metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=float, default=10.0, help="the time for each target (default: 10)")
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="how many targets run at a time (default: one per processor)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="the seed of the random input (default: a different one in each run)"
    )
    parser.add_argument("--random", action="store_true", help="use random input, even if atheris is installed")
    parser.add_argument("--again", type=Path, help="run the target with this input only")
    options = parser.parse_args()
    if unknown := set(options.targets) - TARGETS.keys():
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
