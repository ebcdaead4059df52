"""Compiles the hot modules of a wheel with mypyc. `make wheels` enables it.

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 python -m build --wheel

The wheel also contains the modules' source. It is used with `WSCLIENT_PURE=1`, and if no shared library can be loaded,
as in a zip archive. The compiled files are inside the package's folder, so a copied folder works. For a test,
MYPYC_OPT_LEVEL=0 compiles in half the time.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["COMPILED", "CompilingHook"]

#: The modules that each message passes through, and for which benchmarks/ show a gain. Objects that are only read and
#: written from outside are left out, because they cost more when compiled. So are classes that others subclass, unless
#: `mypyc_attr` allows that.
COMPILED = (
    "wsclient/ground/compiled.py",
    "wsclient/protocol/compression.py",
    "wsclient/protocol/connection.py",
    "wsclient/protocol/equal_frames.py",
    "wsclient/protocol/errors.py",
    "wsclient/protocol/frames.py",
    "wsclient/protocol/kept_memory.py",
    "wsclient/protocol/masking.py",
    "wsclient/protocol/message_run.py",
    "wsclient/protocol/messages.py",
    "wsclient/protocol/outbox.py",
    "wsclient/protocol/outgoing.py",
    "wsclient/transport/attended.py",
    "wsclient/transport/heartbeat.py",
    "wsclient/transport/live.py",
    "wsclient/transport/native.py",
    "wsclient/transport/polled_time.py",
    "wsclient/transport/served.py",
    "wsclient/transport/writer.py",
    "wsclient/variant/codec/decoder.py",
    "wsclient/variant/codec/encoder.py",
    "wsclient/variant/codec/readers.py",
    "wsclient/variant/codec/writers.py",
    "wsclient/websocket/emission.py",
    "wsclient/websocket/packet_queue.py",
)

# The shared library of all compiled modules. It has the name of a module, so that it is in the package's folder.
_GROUP = "wsclient.compiled"


class CompilingHook(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles the modules, unless this is an editable install."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        for library in _compile(folder):
            build_data["force_include"][str(library)] = library.relative_to(folder / "lib").as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the compiled files, which are in the wheel now."""
        if version != "editable":
            self._folder.cleanup()


def _compile(folder: Path) -> list[Path]:
    """Compiles the modules. Returns the shared libraries.

    They are in the folder "lib" of the wheel.
    """
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
