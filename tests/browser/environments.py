"""Starts the environments of a page without a driver.

These are Node.js, Chromium and Firefox.

The page POSTs what it found to the server that served it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from demos.web.__main__ import HEADLESS
from demos.web.npm import PYODIDE, CannotInstall, install
from demos.web.site_files import KINDS, pack
from tests.browser.server import BehaviourServer, Page
from tests.support.programs import REQUIRED_VARIABLE, require_program
from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ENVIRONMENTS",
    "Environment",
    "Results",
    "installed",
    "open_in_chromium",
    "play_in",
    "run_in",
    "served_from",
]

INSIDE = ("__init__", "costs_in_a_page", "godot_in_a_page", "in_a_page", "playing", "scene")  # run in the page
UNDICI = "undici@7.30.2"
LONGEST = 240.0  # seconds for a run
HERE = Path(__file__).parent


class Environment(NamedTuple):
    """Where the behaviours play: a program, and what it runs them in."""

    program: str
    place: str


ENVIRONMENTS = {
    "node": Environment("node", "node"),
    "chromium-page": Environment("chromium", "page"),
    "chromium-worker": Environment("chromium", "worker"),
    "firefox-page": Environment("firefox-esr", "page"),
    "firefox-worker": Environment("firefox-esr", "worker"),
}


class Results(NamedTuple):
    """The result of a run.

    Attributes:
        failed: the traceback of each behaviour that failed, by name.
        passed: the names of the others.
        trouble: what kept the run from its end; "" for nothing.
    """

    failed: dict[str, str]
    passed: list[str]
    trouble: str


def play_in(environment: Environment, folder: Path, closed_port: int, only: str = "") -> Results:
    """Plays the behaviours in an environment.

    Skips the test if a program or a package is missing.
    """
    posted, trouble = run_in(environment, folder, f"closed={closed_port}&only={only}")
    return _results(posted, trouble)


def run_in(environment: Environment, folder: Path, query: str) -> tuple[list[dict[str, object]], str]:
    """Opens the page in an environment, with this query.

    Returns what the page posted, and what kept it from reaching its end.
    """
    program = require_program(environment.program)
    modules = installed(PYODIDE, UNDICI)
    query = f"in={environment.place}&{query}"
    return _play(_pages(modules), lambda origin: _command(program, environment, folder, modules, origin, query))


def open_in_chromium(pages: dict[str, Page], name: str, folder: Path) -> tuple[list[dict[str, object]], str]:
    """Opens a page of this folder in Chromium, with these pages around it.

    Returns the same as `run_in`.
    """
    program = require_program("chromium")
    pages = {**pages, "/": _page(HERE / name)}
    return _play(pages, lambda origin: [program, *HEADLESS, f"--user-data-dir={folder}", f"{origin}/"])


def _play(pages: dict[str, Page], command: Callable[[str], Sequence[str]]) -> tuple[list[dict[str, object]], str]:
    with BehaviourServer(pages) as server:
        # A session of its own, so that what it starts can be ended with it.
        process = subprocess.Popen(
            command(f"http://127.0.0.1:{server.port}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            has_ended = server.wait_for_posts(lambda posted: any("end" in each for each in posted), LONGEST)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return server.posted, "" if has_ended else f"it did not end within {LONGEST:g} s"


def installed(*packages: str) -> Path:
    """Returns the folder with these npm packages.

    Skips the test if they cannot be fetched.
    """
    try:
        return install(*packages)
    except CannotInstall as why:
        if "pyodide" in os.environ.get(REQUIRED_VARIABLE, "").split(","):
            pytest.fail(f"{why}, and {REQUIRED_VARIABLE} requires pyodide", pytrace=False)
        pytest.skip(str(why))


def _command(
    program: str, environment: Environment, folder: Path, modules: Path, origin: str, query: str
) -> Sequence[str]:
    url = f"{origin}/?{query}"
    match environment.program:
        case "node":
            return [program, str(HERE / "node.mjs"), str(modules), origin, query]
        case "chromium":
            return [program, *HEADLESS, f"--user-data-dir={folder}", url]
        case _:
            return [program, "--headless", "--no-remote", "--profile", str(folder), url]


def _results(posted: list[dict[str, object]], trouble: str) -> Results:
    played = [each for each in posted if "name" in each]
    failed = {str(each["name"]): str(each["why"]) for each in played if each["why"]}
    passed = [str(each["name"]) for each in played if not each["why"]]
    troubles = [trouble, *(str(each["error"]) for each in posted if "error" in each)]
    return Results(failed, passed, "; ".join(filter(None, troubles)))


def _pages(modules: Path) -> dict[str, Page]:
    pages = {f"/{name}": _page(HERE / name) for name in ("costs.mjs", "play.mjs", "worker.mjs")}
    pages["/"] = _page(HERE / "page.html")
    pages["/bundle.zip"] = Page(KINDS[".zip"], _bundle())
    return {**pages, **served_from(modules)}


def served_from(modules: Path) -> dict[str, Page]:
    """Returns the pages of Pyodide, and the library as `/wsclient.zip`."""
    library = pack(sorted((ROOT / "wsclient").rglob("*.py")), packages=("pyee", "typing_extensions"))
    pages = {"/wsclient.zip": Page(KINDS[".zip"], library)}
    for file in (modules / "pyodide").iterdir():
        if file.suffix in KINDS:
            pages[f"/pyodide/{file.name}"] = _page(file)
    return pages


def _page(file: Path) -> Page:
    return Page(KINDS[file.suffix], file.read_bytes())


def _bundle() -> bytes:
    """All that the behaviours import."""
    files = [*sorted((ROOT / "wsclient").rglob("*.py")), ROOT / "tests" / "__init__.py"]
    files += [
        HERE / name
        for name in (
            "__init__.py",
            "costs_in_a_page.py",
            "godot_in_a_page.py",
            "in_a_page.py",
            "playing.py",
            "scene.py",
        )
    ]
    return pack([*files, *sorted((HERE / "behaviours").rglob("*.py"))], packages=("pyee", "typing_extensions"))
