"""Measures how much of the library the inputs of a target reach: `python -m fuzz.reached TARGET`.

It runs the stored inputs and those that long runs have saved, and counts lines and branches of the modules that the
target is meant for. Lines that run when a module is imported count as reached.
"""

from __future__ import annotations

import argparse
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fuzz.engines import load

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MODULES", "main", "measure"]

_CORPUS = Path(__file__).parent / "corpus"
_LIBRARY = Path(__file__).parent.parent / "wsclient"
_HTTP: Final = ("protocol/http11.py", "protocol/fields.py", "protocol/handshake.py")
_FRAMES: Final = ("protocol/frames.py", "protocol/messages.py", "protocol/close_code.py")
_VALUES: Final = tuple(f"variant/codec/{each}.py" for each in ("decoder", "encoder", "readers", "writers", "keys"))

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "reply_head": ("protocol/client_handshake.py", "protocol/http_body.py", *_HTTP),
    "request_head": ("protocol/server_handshake.py", *_HTTP),
    "extensions": ("protocol/deflate.py",),
    "connect": ("protocol/connect_tunnel.py", "protocol/tunnel.py"),
    "socks": ("protocol/socks.py", "protocol/tunnel.py"),
    "frames_client": _FRAMES,
    "frames_server": _FRAMES,
    "frames_built": _FRAMES,
    "frames_runs": ("protocol/equal_frames.py", *_FRAMES),
    "inflate": ("protocol/compression.py", "protocol/messages.py"),
    "variant": ("variant/codec/godot3.py", *_VALUES),
    "variant_4": ("variant/codec/godot4.py", *_VALUES),
    "relay": ("multiplayer/godot3/relay.py",),
    "commands": ("multiplayer/godot3/commands.py", "multiplayer/godot3/path_cache.py", "scene/rpc_receiver.py"),
    "scene_4": (
        "multiplayer/godot4/scene_commands.py",
        "multiplayer/godot4/replication_commands.py",
        "godot4/scene_receiver.py",
        "godot4/replication_receiver.py",
    ),
    "url": ("protocol/url.py", "protocol/host_name.py"),
    "redirect": ("protocol/redirect.py",),
    "cookies": ("protocol/cookies.py", "protocol/http_date.py"),
    "no_proxy": ("transport/opening/no_proxy.py",),
    "scene_text": ("godot4/scene_text.py",),
    "script": ("godot4/gdscript_marks.py",),
    "project_4": tuple(f"godot4/project{each}.py" for each in ("", "_classes", "_files", "_scenes", "_scripts")),
}
"""The modules that each target is meant for. Most of them can also write, which a target does not try."""


def measure(name: str, folders: Iterable[Path]) -> tuple[float, str]:
    """Runs all inputs in some folders.

    The library must not have been imported before.

    Args:
        name: the name of the target.
        folders: the folders of inputs.

    Returns:
        The share of the target's modules that was reached, in per cent, and a table that shows which lines were not.
    """
    from coverage import Coverage  # noqa: PLC0415 - only this needs it

    modules = [str(_LIBRARY / each) for each in MODULES[name]]
    coverage = Coverage(data_file=None, branch=True, config_file=False, include=modules)
    coverage.exclude("if TYPE_CHECKING:")
    coverage.start()
    target = load(name, is_instrumented=False)
    for folder in folders:
        for path in folder.iterdir():
            target(path.read_bytes())
    coverage.stop()
    table = io.StringIO()
    return coverage.report(modules, file=table, show_missing=True), table.getvalue()


def main() -> None:
    """Measures one target, and prints the share in per cent."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.reached", description=__doc__)
    parser.add_argument("target", choices=MODULES)
    parser.add_argument("folders", nargs="*", type=Path, help="the inputs (default: corpus/ and those of earlier runs)")
    parser.add_argument("--missing", action="store_true", help="show the lines that were not reached instead")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    folders = options.folders or [_CORPUS / options.target, Path(".fuzz/corpus") / options.target]
    share, table = measure(options.target, filter(Path.is_dir, folders))
    print(table if options.missing else f"{share:.1f}")


if __name__ == "__main__":
    main()
