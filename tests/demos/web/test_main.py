"""Tests `python -m demos.web --check`.

A page in a real browser plays in one arena with desktop bots.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from demos.web.__main__ import trouble_with
from demos.web.npm import PYODIDE
from tests.browser.environments import installed
from tests.support.programs import require_module, require_program
from tests.support.source import ROOT

GOOD = {"connections": 1, "received": 9, "others": ["Ada"], "name": "Sam", "players": ["Ada", "Sam"], "last_error": ""}


@pytest.mark.timeout(180)
def test_the_page_plays_and_is_seen(tmp_path):
    require_program("chromium")
    require_module("hatchling")
    pyodide = installed(PYODIDE) / "pyodide"
    picture = tmp_path / "web.png"
    options = [
        "--players",
        "3",
        "--name",
        "Ida",
        "--seconds",
        "4",
        "--pyodide",
        str(pyodide),
        "--screenshot",
        str(picture),
    ]
    command = [sys.executable, "-m", "demos.web", "--check", *options]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "players: Ada, Grace, Ida\n" in done.stdout
    assert re.search(r"poll\(\): longest \d", done.stdout)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"connections": 0, "last_error": "refused"}, "it never was connected: refused"),
        ({"received": 0}, "it received nothing from other players"),
        ({"others": []}, "it saw no other ship"),
        ({"players": ["Ada"]}, "the server does not know its ship"),
    ],
)
def test_it_explains_a_wrong_report(change, words):
    assert trouble_with(GOOD | change) == words
