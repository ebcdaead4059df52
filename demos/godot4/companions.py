"""The processes that the demo starts: a real Godot 4 server, and bots."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from demos.arena.godot_server import GodotCompanions, NoGodot
from demos.godot4.nodes import PROJECT

__all__ = ["ENGINE_VARIABLE", "Companions", "NoGodot"]

ENGINE_VARIABLE = "GODOT4"
INSTALLED = Path(__file__).parent.parent.parent / "build" / "godot4" / "godot4"
INSTALLER = "bash .ci/install-godot4 build/godot4"


class Companions(GodotCompanions):
    """A Godot 4 server, and bots."""

    NAME = "Godot 4"
    BOTS = "demos.godot4.bots"

    def command(self, port: int) -> list[str]:
        return [_find_program(), "--headless", "--path", str(PROJECT), "--", str(port), "until-alone"]

    def environment(self, home: str) -> dict[str, str]:
        return {**super().environment(home), "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}


def _find_program() -> str:
    for name in (os.environ.get(ENGINE_VARIABLE), str(INSTALLED), "godot4", "godot"):
        if name and (program := shutil.which(name)) is not None:
            return program
    raise NoGodot(
        "There is no Godot 4 here. On Debian and Ubuntu this fetches one, 100 MB, without installing it:\n"
        f"    {INSTALLER}\n"
        f"Anywhere else: put Godot's own, 4.3 or later, on the path as godot4, or name it in {ENGINE_VARIABLE}."
    )
