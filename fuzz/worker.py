"""One target in a process of its own: `python -m fuzz.worker TARGET`, which `python -m fuzz` starts for each."""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.engines import MAX_SIZE, RandomEngine, has_atheris, load, run_atheris
from fuzz.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FOUND", "main"]

FOUND = 77
"""What the process exits with for a defect: libFuzzer's number."""

_SLOWEST = 10  # seconds for one input; more is a hang
_MEMORY = 1024  # MiB; more is a leak, or an allocation from a length that an input only declares


def main() -> None:
    """Runs until time is over, or something is found."""
    options = _options()
    logging.getLogger("wsclient").setLevel(logging.CRITICAL + 1)  # nearly every input would be a line of the log
    target = load(options.target, is_instrumented=not options.random and has_atheris())
    tally = Tally(options.tally)

    def run(data: bytes) -> None:
        tally.add(target(data))

    if options.random or not has_atheris():
        _run_random(run, options)
    else:
        run_atheris(run, _arguments(options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz.worker", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--tally", type=Path, required=True, help="file that counts; see tally.py")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of inputs to begin with")
    parser.add_argument("--grown", type=Path, required=True, help="folder for inputs that reached something new")
    parser.add_argument("--found", type=Path, required=True, help="folder for inputs that show a defect")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0, help="of chance; 0: another in each run")
    parser.add_argument("--random", action="store_true", help="plain chance, also where atheris is there")
    return parser.parse_args()


def _arguments(options: argparse.Namespace) -> list[str]:
    return [
        f"-max_total_time={max(1, round(options.seconds))}",
        f"-max_len={MAX_SIZE}",
        f"-timeout={_SLOWEST}",
        f"-rss_limit_mb={_MEMORY}",
        f"-seed={options.seed}",
        f"-artifact_prefix={options.found / options.target}-",
        "-print_final_stats=0",
        "-verbosity=0",
        str(options.grown),
        str(options.corpus),
    ]


def _run_random(run: Callable[[bytes], None], options: argparse.Namespace) -> None:
    corpus = [path.read_bytes() for folder in (options.corpus, options.grown) for path in sorted(folder.iterdir())]
    for data in RandomEngine(corpus or [b""], options.seed or None).inputs(options.seconds):
        try:
            run(data)
        except BaseException:  # noqa: BLE001 - whatever it is, the input is kept
            traceback.print_exc()
            path = options.found / f"{options.target}-crash-{hashlib.sha256(data).hexdigest()[:16]}"
            path.write_bytes(data)
            print(f"The input is in {path}", file=sys.stderr)
            sys.exit(FOUND)


if __name__ == "__main__":
    main()
