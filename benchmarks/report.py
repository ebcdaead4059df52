"""Reports each target and its result, as a table, a page and a file of figures."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engine import PROGRAM
from benchmarks.rounds import compare, median
from benchmarks.suite import GODOT, TARGETS, WORKS, Target
from benchmarks.worker import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.rounds import Figures

__all__ = ["Line", "judge", "last_results", "plain", "write", "write_page"]

_LATEST = Path(__file__).parent / "results" / "latest.json"
_NAMES = {
    "many-memory": ("memory of a client, of 1,000 open", "KiB"),
    "import": ("import wsclient, above import pyee", "ms"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A target and its results.

    It has no values if it could not be measured.
    """

    target: Target
    values: list[float]

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def is_reached(self) -> bool:
        target = self.target
        return self.value >= target.least if target.least else self.value <= target.most

    @property
    def name(self) -> str:
        return _NAMES[self.target.work][0] if self.target.work in _NAMES else WORKS[self.target.work].name

    @property
    def cells(self) -> tuple[str, ...]:
        target, unit = self.target, ""
        if not target.other:
            unit = " " + (_NAMES[target.work][1] if target.work in _NAMES else WORKS[target.work].unit)
        way = target.ours.removeprefix("wsclient").removeprefix(", ")  # "compiled" stays
        other = WORKS[target.other_work].name if target.other_work else target.other
        compared = other or "-"
        aim = f"at least {target.least:g}" if target.least else f"at most {target.most:g}{unit}"
        if not self.values:
            return target.id, self.name, way, compared, aim, "not measured", "", ""
        low, high = _spread(self.values)
        spread = f"{low:.3g}-{high:.3g}"
        if target.work.startswith("longest"):  # a player sees the worst one
            spread += f", worst {max(self.values):.3g}" if target.most else ""
        verdict = "yes" if self.is_reached else "**no**"
        return target.id, self.name, way, compared, aim, f"{self.value:.3g}{unit}", spread, verdict


def judge(targets: Iterable[Target], results: dict[str, Figures]) -> list[Line]:
    """Compares the results with the targets.

    Targets without any result are left out.
    """
    return [Line(target, compare(target, results)) for target in targets if target.work in results]


def last_results() -> dict[str, Figures]:
    """Returns the results of the last complete run; empty if there is none."""
    if not _LATEST.exists():
        return {}
    results: dict[str, Figures] = json.loads(_LATEST.read_text(encoding="utf-8"))["results"]
    return results


def plain(lines: Iterable[Line]) -> Iterator[str]:
    """Returns the lines for a terminal."""
    for line in lines:
        cells = (cell.replace("**", "") for cell in line.cells)
        widths = (4, 44, 15, 22, 15, 13, 14, 4)
        yield " ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def write(results: dict[str, Figures], seconds: float) -> None:
    """Writes the figures and the page."""
    _LATEST.parent.mkdir(exist_ok=True)
    _LATEST.write_text(json.dumps({"facts": _facts(seconds), "results": results}, indent=1) + "\n", encoding="utf-8")
    write_page()


def write_page() -> None:
    """Writes the page from the last figures."""
    from benchmarks import page  # noqa: PLC0415 - it needs matplotlib, which the guard does not

    last = json.loads(_LATEST.read_text(encoding="utf-8"))
    page.write([*judge(TARGETS, last["results"])], last["results"], last["facts"])


def _facts(seconds: float) -> dict[str, str]:
    facts = {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "took": f"{seconds / 60:.1f} minutes",
    }
    if hasattr(os, "getloadavg"):
        facts["load at the end"] = " ".join(f"{load:.1f}" for load in os.getloadavg())
    for entry in CLIENTS.values():
        if entry.distribution:
            facts[entry.distribution] = _version(entry.distribution)
    facts[GODOT] = _program_version(PROGRAM)
    return facts


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _program_version(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        return "not installed"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _spread(values: list[float]) -> tuple[float, float]:
    """Returns the range of the middle half of the rounds."""
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return ordered[quarter], ordered[-1 - quarter]
