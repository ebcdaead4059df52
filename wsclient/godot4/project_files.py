"""Finds the files of a Godot project, and resolves `res://` and `uid://` paths.

Everything that cannot be read, or makes no sense, becomes a doubt instead of an error.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from wsclient.godot4.gdscript_marks import read_script
from wsclient.ground.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.godot4.gdscript_marks import ScriptClass

__all__ = ["MAX_TEXT", "ProjectFiles"]

MAX_TEXT: Final = 16 * 1024 * 1024
"""The maximum size in bytes of a script or scene. Arbitrary; large scenes have a tenth of it."""

_RES: Final = "res://"
_TEMPLATES: Final = "res://script_templates/"  # of the editor, for new scripts; the engine does not read them either
_UID: Final = "uid://"
_UID_OF_HEADER = re.compile(rb'\[[^\]]*\buid="(uid://[^"]*)"')
_UID_OF_IMPORT = re.compile(rb'^uid="(uid://[^"]*)"', re.MULTILINE)
_HEAD = 1024  # bytes, enough for the first line

_BINARY = {
    ".scn": "a binary scene: save it as .tscn",
    ".res": "a binary resource: save it as .tres",
    ".gdc": "a compiled script, of an exported game: the .gd is needed",
    ".pck": "an exported game: the project that it was exported from is needed",
    ".remap": "left by an export instead of a file: the project that it was exported from is needed",
}


class ProjectFiles:
    """The text files below one folder.

    Args:
        root: the folder with the project.godot.

    Attributes:
        doubts: a sentence for each thing that could not be made out, in the order in which it was met.
    """

    def __init__(self, root: Path) -> None:
        self.root: Path = root
        self.doubts: list[str] = []
        self._listed = sorted(_walk(root))
        self._uids: dict[str, str] | None = None
        self._class_names: dict[str, str] | None = None
        self._scripts: dict[str, ScriptClass | None] = {}

    def doubt(self, path: str, text: str, line: int = 0) -> None:
        """Adds a doubt about a file, once."""
        sentence = f"{escape(path)}{f':{line}' if line else ''} {text}"
        if sentence not in self.doubts:
            self.doubts.append(sentence)

    def all_of(self, *endings: str) -> list[str]:
        """Returns the paths of all files with one of these endings, such as `.gd`, but not templates of scripts."""
        return [path for path in self._listed if path.endswith(endings) and not path.startswith(_TEMPLATES)]

    def named(self, path: str, relative_to: str = "") -> str:
        """Returns the `res://` path that a path, `uid://` or relative, stands for.

        An unknown uid returns "".
        """
        if path.startswith(_UID):
            return self._uid_paths().get(path, "")
        if path.startswith(_RES):
            return path
        folder = relative_to.removeprefix(_RES).rpartition("/")[0] if relative_to else ""
        return _RES + os.path.normpath(f"{folder}/{path}" if folder else path).replace("\\", "/").lstrip("/")

    def text(self, path: str) -> str | None:
        """Returns the text of a file; adds a doubt and returns None if it is missing."""
        data = self._bytes(path)
        if data is None:
            return None
        if data[:4] in {b"RSRC", b"RSCC", b"GDSC", b"GDPC"}:
            self.doubt(path, "is binary, whatever its name says: a text is needed")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.doubt(path, "is not UTF-8: invalid bytes were replaced")
            return data.decode(errors="replace")

    def script(self, path: str) -> ScriptClass | None:
        """Returns the declarations of a script.

        Adds a doubt and returns None if it cannot be read.
        """
        if path not in self._scripts:
            text = self._script_text(path)
            self._scripts[path] = None if text is None else self.keep_script(path, text)
        return self._scripts[path]

    def keep_script(self, path: str, text: str) -> ScriptClass:
        """Reads a script that is not a file, such as one built into a scene."""
        script = self._scripts[path] = read_script(text)
        for seen in script.sightings:
            self.doubt(path, seen.text, seen.line)
        return script

    def path_of_class(self, name: str) -> str | None:
        """Returns the script that declares a `class_name`; None if there is none."""
        if self._class_names is None:
            self._class_names = self._find_class_names()
        return self._class_names.get(name)

    def _script_text(self, path: str) -> str | None:
        if path.endswith(".cs"):
            self.doubt(path, "is C#: its [Rpc] methods were not read")
            return None
        return self.text(path)

    def _bytes(self, path: str) -> bytes | None:
        """Reads a file, if it is below the folder and not too large."""
        if (why := _BINARY.get(PurePosixPath(path).suffix)) is not None:
            self.doubt(path, f"is {why}")
            return None
        file = self._file(path)
        if file is None:
            self.doubt(path, "is not a path in the project")
            return None
        try:
            with file.open("rb") as opened:
                data = opened.read(MAX_TEXT + 1)
        except (OSError, ValueError) as error:
            self.doubt(path, f"cannot be read: {escape(str(error))}")
            return None
        if len(data) > MAX_TEXT:
            self.doubt(path, f"was not read: it is larger than {MAX_TEXT} bytes")
            return None
        return data

    def _file(self, path: str) -> Path | None:
        parts = PurePosixPath(path.removeprefix(_RES)).parts
        if not path.startswith(_RES) or ".." in parts or not parts or parts[0] == "/":
            return None
        return self.root.joinpath(*parts)

    def _head(self, path: str) -> bytes:
        """Reads the beginning of a file; returns nothing if that fails."""
        try:
            with self.root.joinpath(path.removeprefix(_RES)).open("rb") as file:
                return file.read(_HEAD)
        except OSError:
            return b""

    def _uid_paths(self) -> dict[str, str]:
        if self._uids is None:
            self._uids = {}
            for path in self._listed:
                uid = self._uid_of(path)
                if uid:
                    self._uids.setdefault(uid, path.removesuffix(".uid").removesuffix(".import"))
        return self._uids

    def _uid_of(self, path: str) -> str:
        """Returns the uid that a file contains; "" if it has none.

        In a `.uid` or `.import` file, it is the uid of the file that it belongs to.
        """
        if path.endswith(".uid"):
            return self._head(path).decode(errors="replace").strip()
        if path.endswith((".tscn", ".tres")):
            found = _UID_OF_HEADER.match(self._head(path).removeprefix(b"\xef\xbb\xbf").lstrip())
        elif path.endswith(".import"):
            found = _UID_OF_IMPORT.search(self._head(path))
        else:
            return ""
        return "" if found is None else found[1].decode(errors="replace")

    def _find_class_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for path in self.all_of(".gd"):
            script = self.script(path)
            if script is None or not script.class_name:
                continue
            other = names.setdefault(script.class_name, path)
            if other != path:
                self.doubt(path, f"has the class_name of {other}, {script.class_name}: the first is taken")
        return names


def _walk(root: Path) -> Iterator[str]:
    """Iterates over the files that the editor sees.

    It skips hidden folders, and those that contain a `.gdignore`.
    """
    for folder, folders, files in os.walk(root):
        if ".gdignore" in files:
            folders.clear()
            continue
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        below = Path(folder).relative_to(root).as_posix()
        for name in files:
            yield _RES + (name if below == "." else f"{below}/{name}")
