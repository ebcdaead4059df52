"""The processes that the demo starts: a real Godot 3 server, and bots."""

from __future__ import annotations

import shutil
from pathlib import Path

from demos.arena.godot_server import GodotCompanions, NoGodot

__all__ = ["Companions", "NoGodot"]

PROGRAM = "godot3-server"
PROJECT = Path(__file__).parent / "server"


class Companions(GodotCompanions):
    """A Godot 3 server, and bots."""

    NAME = PROGRAM
    BOTS = "demos.godot.bots"

    def command(self, port: int) -> list[str]:
        program = shutil.which(PROGRAM)
        if program is None:
            raise NoGodot(f"{PROGRAM} is not installed. On Debian and Ubuntu: sudo apt install {PROGRAM}")
        return [program, "--path", str(PROJECT), str(port), "until-alone"]

    def environment(self, home: str) -> dict[str, str]:
        return {**super().environment(home), "LANG": "en_US.UTF-8"}
