"""Runs one target: `python -m fuzz.worker TARGET`.

`python -m fuzz` starts one such process for each target.
"""

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
"""The exit code of the process for a defect, which is libFuzzer's."""

_SLOWEST = 10  # seconds for one input; if it takes longer, it hangs
_MEMORY = 1024  # MiB; if it takes more, there is a leak, or an allocation of a length that the input only declares


def main() -> None:
    """Runs until the time is over, or until something is found."""
    options = _options()
    logging.getLogger("wsclient").setLevel(logging.CRITICAL + 1)  # otherwise nearly every input would log a line
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
    parser.add_argument("--tally", type=Path, required=True, help="the file of the counters; see tally.py")
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of inputs to start with")
    parser.add_argument("--grown", type=Path, required=True, help="the folder for inputs that reach new code")
    parser.add_argument("--found", type=Path, required=True, help="the folder for inputs that show a defect")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument(
        "--seed", type=int, default=0, help="the seed of the random input; 0 for a different one in each run"
    )
    parser.add_argument("--random", action="store_true", help="use random input, even if atheris is installed")
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
        except BaseException:  # noqa: BLE001 - of any kind; the input is kept
            traceback.print_exc()
            path = options.found / f"{options.target}-crash-{hashlib.sha256(data).hexdigest()[:16]}"
            path.write_bytes(data)
            print(f"The input is in {path}", file=sys.stderr)
            sys.exit(FOUND)


if __name__ == "__main__":
    main()
