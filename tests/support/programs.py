"""Programs and modules that some tests need and not every machine has."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import NoReturn

import pytest

__all__ = ["REQUIRED_VARIABLE", "require_module", "require_program"]

# A comma-separated list. The gate sets it, so that a test which did not run there cannot look like one that passed.
REQUIRED_VARIABLE = "WSCLIENT_REQUIRE"


def require_program(name: str) -> str:
    """Finds a program, or skips the test that asked.

    Args:
        name: as one would type it, such as "godot3-server".

    Returns:
        Returns the program's path. If it is missing, the test is skipped, or fails if `WSCLIENT_REQUIRE` lists it.
    """
    path = shutil.which(name)
    return _miss(name) if path is None else path


def require_module(name: str) -> None:
    """Skips the calling test if a module is not installed.

    If `WSCLIENT_REQUIRE` lists the module, the test fails instead.
    """
    if find_spec(name) is None:
        _miss(name)


def _miss(name: str) -> NoReturn:
    required = {part.strip() for part in os.environ.get(REQUIRED_VARIABLE, "").split(",")}
    if name in required:
        pytest.fail(f"{name} is not installed, and {REQUIRED_VARIABLE} requires it", pytrace=False)
    pytest.skip(f"{name} is not installed")
