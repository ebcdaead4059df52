"""Where a real Godot 4 is: `.ci/install-godot4 build/godot4` fetches one, or `GODOT4` names one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.support.programs import require_program

__all__ = ["ENGINE_VARIABLE", "require_godot4"]

ENGINE_VARIABLE = "GODOT4"
_INSTALLED = Path(__file__).parent.parent.parent / "build" / "godot4" / "godot4"


def require_godot4() -> str:
    """Returns the path of the engine, or skips the test that asked, saying what is missing."""
    for found in (os.environ.get(ENGINE_VARIABLE), str(_INSTALLED), "godot4", "godot"):
        if found and (path := shutil.which(found)) is not None:
            return path
    return require_program("godot4")
