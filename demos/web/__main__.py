"""The arena as a web page: wheel, Pyodide, page and game server in one command.

    python -m demos.web [--players 5] [--pyodide FOLDER] [--kill-server-after SECONDS]
    python -m demos.web --check [--seconds 10] [--screenshot web.png]

Open the address that it prints. Fly with the arrow keys or WASD; until you press one of them, the ship flies itself.
Press N to hide the network statistics. `python -m demos.arena --join ws://...` joins the same game. Ctrl-C stops it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from demos.arena.companions import Companions
from demos.arena.options import add_player_options
from demos.web.npm import PYODIDE, CannotInstall, install
from demos.web.site_files import ROOT, build_site

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main", "trouble_with"]

FRAME = 0.1  # seconds
LOADING = 90.0  # seconds that a page may take to start, if it is checked
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEADLESS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage")


def main() -> None:
    options = _options()
    folder = ROOT / "build" / "web"
    try:
        build_site(folder, options.pyodide or install(PYODIDE) / "pyodide")
    except CannotInstall as why:
        sys.exit(f"{why}. If Pyodide is on this machine: --pyodide FOLDER")
    server = ("demos.web.server", str(folder))
    with (
        contextlib.suppress(KeyboardInterrupt),
        Companions(options.players - 1, server=server, kill_server_after=options.kill_server_after) as companions,
    ):
        page = companions.url.replace("ws:", "http:").removesuffix("arena") + f"?name={quote(options.name)}"
        print(f"the page: {page}\nthe game: {companions.url}", flush=True)
        if options.check:
            _check(page, folder, companions.update, seconds=options.seconds, screenshot=options.screenshot)
            return
        while True:
            companions.update()
            time.sleep(FRAME)


def trouble_with(report: dict[str, Any]) -> str:
    """Returns what is wrong with a page's report, or "" if it is correct."""
    if not report["connections"]:
        return f"it never was connected: {report['last_error']}"
    if not report["received"]:
        return "it received nothing from other players"
    if not report["others"]:
        return "it saw no other ship"
    if report["name"] not in report["players"]:
        return "the server does not know its ship"
    return ""


def _check(page: str, folder: Path, update: Callable[[], object], *, seconds: float, screenshot: Path) -> None:
    """Plays in a headless browser. Exits with 1 if that fails."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser was found: {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *HEADLESS, f"--user-data-dir={profile}", f"{page}&seconds={seconds}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            report = _wait_for_report(folder / "report.json", update, seconds=seconds + LOADING)
        finally:
            process.terminate()
            process.wait()
    if report is None:
        sys.exit(f"The page did not report within {seconds + LOADING:g} s.")
    shutil.copy(folder / "page.png", screenshot)
    print(
        f"{report['frames']} frames in {report['seconds']:g} s, {report['received']} messages in, {report['sent']} out"
    )
    print(f"players: {', '.join(report['players'])}\n{report['polls']}\nscreenshot: {screenshot}")
    if trouble := trouble_with(report):
        sys.exit(f"The page failed: {trouble}.")


def _wait_for_report(file: Path, update: Callable[[], object], *, seconds: float) -> dict[str, Any] | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        update()
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            report: dict[str, Any] = json.loads(text)
            return report
        time.sleep(FRAME)
    return None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demos.web", description=__doc__.partition("\n")[0])
    add_player_options(parser)
    parser.add_argument("--pyodide", type=Path, metavar="FOLDER", help="an existing Pyodide (default: npm's)")
    parser.add_argument("--kill-server-after", type=float, metavar="SECONDS", help="kill the server after a while")
    parser.add_argument("--check", action="store_true", help="play in a headless browser, and report")
    parser.add_argument("--seconds", type=float, default=10.0, help="seconds of the check (default: %(default)s)")
    parser.add_argument("--screenshot", type=Path, default=Path("web.png"), help="its picture (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
