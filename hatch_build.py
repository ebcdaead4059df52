"""Compiles the hot modules with mypyc into a wheel; hatchling runs it for `make wheels`, and for nobody else.

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 python -m build --wheel

The modules stay in the wheel as they are, beside what was made of them: `WSCLIENT_PURE=1` runs those, and whatever
cannot load a shared library, as a zip archive, does so by itself. Everything that was made is inside the package's
folder, so a copied folder works. MYPYC_OPT_LEVEL=0 compiles in half the time, for a test.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["COMPILED", "CompilingHook"]

#: Where a message passes through, and what benchmarks/ has shown to be worth it. Left out: what others subclass, and
#: what is only read and written from outside, for which a compiled object costs more than one of Python's.
COMPILED = (
    "wsclient/ground/compiled.py",
    "wsclient/protocol/compression.py",
    "wsclient/protocol/connection.py",
    "wsclient/protocol/equal_frames.py",
    "wsclient/protocol/errors.py",
    "wsclient/protocol/frames.py",
    "wsclient/protocol/kept_memory.py",
    "wsclient/protocol/masking.py",
    "wsclient/protocol/messages.py",
    "wsclient/protocol/outbox.py",
    "wsclient/protocol/outgoing.py",
    "wsclient/transport/heartbeat.py",
    "wsclient/transport/live.py",
    "wsclient/transport/native.py",
    "wsclient/transport/polled_time.py",
    "wsclient/transport/writer.py",
)

# The shared library that all of them are in, named as a module of the package: so it lies in the package's folder.
_GROUP = "wsclient.compiled"


class CompilingHook(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles, unless it is for an editable install, which runs what is being edited."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        for library in _compile(folder):
            build_data["force_include"][str(library)] = library.relative_to(folder / "lib").as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was made; the wheel has it."""
        if version != "editable":
            self._folder.cleanup()


def _compile(folder: Path) -> list[Path]:
    """Returns the shared libraries, in a folder "lib" as they will be in the wheel."""
    from mypyc.build import mypycify  # noqa: PLC0415 - not installed for a pure wheel
    from setuptools import Distribution  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    extensions = mypycify(
        list(COMPILED),
        group_name=_GROUP,
        target_dir=str(folder / "c"),
        opt_level=os.environ.get("MYPYC_OPT_LEVEL", "3"),
        debug_level="0",
    )
    command = build_ext(Distribution({"ext_modules": extensions}))
    command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "temp")
    command.ensure_finalized()
    command.run()
    return [path for path in (folder / "lib").rglob("*") if path.is_file()]
