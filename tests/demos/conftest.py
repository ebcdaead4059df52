"""Demos are run as a user runs them: as programs, from the repository's folder."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30.0  # seconds; more than any demo takes on a busy machine


@pytest.fixture(scope="session")
def run_demo() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `python args` to its end, and returns its output."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *args]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)

    return run


@pytest.fixture
def echo_url() -> Iterator[str]:
    """The URL of the echo server that the repository ships, on a free port."""
    with serving("demos.minimal.server", "0") as (url, _):
        yield url


@contextmanager
def serving(module: str, port: str, *args: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Runs a server of the demos. Yields its URL and its process.

    The URL is in the first line that the server prints.
    """
    command = [sys.executable, "-m", module, "--port", port, *args]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            found = re.search(r"ws://\S+", line)
            assert found, f"{module} said {line!r}"
            yield found.group(), server
        finally:
            server.kill()
