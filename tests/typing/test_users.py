"""Tests that what users write is typed.

mypy --strict and pyright accept what is right, and find each mistake in its place.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import wsclient
from tests.support.programs import require_module
from tests.support.source import PACKAGE, ROOT

HERE = Path(__file__).parent
USAGES = [HERE / "usage.py", HERE / "usage_godot4.py"]
MISTAKES = [HERE / "mistakes.py", HERE / "mistakes_godot4.py"]
USAGE = USAGES[0]
FOUND = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[a-z-]+)\]$")

# What the library's own rooms call, and no user.
NOT_FOR_USERS = {
    "free_later",
    "has_own_id",
    "is_repeated",
    "known_rpc_names",
    "known_rset_names",
    "replace",
    "declaration",
    "describe",
    "of_call",
    "of_close",
    "of_connection",
}
# What named tuples have from elsewhere.
OF_TUPLES = {"count", "index"}


def marked(path: Path) -> dict[int, set[str]]:
    """Returns the errors that a file expects.

    Their codes are after `  # ` at the end of a line.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number: set(line.partition("  # ")[2].split()) for number, line in enumerate(lines, 1) if "  # " in line}


def members() -> set[str]:
    """Names what the exported classes have for users."""
    classes = [each for name in wsclient.__all__ if isinstance(each := getattr(wsclient, name), type)]
    names = {name for each in classes if each is not wsclient.Error for name in dir(each) if not name.startswith("_")}
    return names - NOT_FOR_USERS - OF_TUPLES


@pytest.mark.timeout(300)  # without a cache, mypy reads the whole library first
def test_mypy_passes_what_is_right_and_finds_each_mistake():
    pytest.importorskip("mypy", reason="make check installs mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", *map(str, USAGES + MISTAKES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line in done.stdout.splitlines():
        if match := FOUND.match(line):
            found[Path(match["file"]).name][int(match["line"])].add(match["code"])

    for path in USAGES:
        assert found[path.name] == {}, done.stdout
    for path in MISTAKES:
        assert found[path.name] == marked(path), done.stdout + done.stderr


def ask_pyright(*arguments: str) -> dict[str, Any]:
    """Runs pyright, and returns its messages.

    It finds an environment only by the `python` on the PATH.
    """
    require_module("pyright")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(300)  # the first start unpacks it
def test_pyright_passes_what_is_right_and_finds_each_mistake():
    found = ask_pyright(*map(str, USAGES + MISTAKES))["generalDiagnostics"]
    lines = {(Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in found}

    assert lines == {(path.name, line) for path in MISTAKES for line in marked(path)}, found


@pytest.mark.timeout(300)
def test_pyright_knows_the_type_of_every_public_name():
    told = ask_pyright("--verifytypes", PACKAGE, "--ignoreexternal")["typeCompleteness"]
    unknown = [symbol["name"] for symbol in told["symbols"] if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]]

    assert told["packageName"] == PACKAGE
    assert told["modules"]
    assert (unknown, told["completenessScore"]) == ([], 1)


def test_the_correct_uses_have_every_public_member():
    tree = ast.parse(USAGE.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert members() - used == set()
