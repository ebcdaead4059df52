"""Measures what a page pays for Python, in one run.

Start it by `python -m tests.browser.costs [chromium-page]`.

No test: times depend on the machine. The ratios go into the docs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.environments import ENVIRONMENTS, run_in

__all__ = ["main"]


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "chromium-page"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        posted, trouble = run_in(ENVIRONMENTS[name], Path(folder), "costs")
    print(f"{'':22} {'JavaScript':>12} {'wsclient':>12}   (us a message)   of JavaScript's messages a second")
    for each in posted:
        if "work" in each:
            plain, ours = float(str(each["plain"])) * 1e6, float(str(each["ours"])) * 1e6
            ratio = f"{plain / ours:.2f}" if plain else ""
            print(f"{each['work']!s:22} {plain:12.1f} {ours:12.1f}   {ratio:>16}")
    if trouble := trouble or "".join(str(each["error"]) for each in posted if "error" in each):
        sys.exit(trouble)


if __name__ == "__main__":
    main()
