"""Reads the files of a Godot 4 project without raising.

Each file is read as if it were read alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from wsclient.godot4 import Project
from wsclient.godot4.gdscript_marks import read_script
from wsclient.godot4.scene_text import SceneTextError, read_sections, read_value

__all__ = ["FILES", "SEPARATOR", "check_project", "check_scene_text", "check_script"]

FILES = ("project.godot", "main.tscn", "main.gd", "config.tres", "other.tscn", "base.gd")
SEPARATOR = b"\x1e"  # between two files of an input

# Deleting the files on a disk takes longer than reading them, so they are in memory if the system has such a folder.
_IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - its name is random


def check_scene_text(data: bytes) -> int:
    """One text of sections."""
    text = data.decode(errors="replace")
    sections, doubts = read_sections(text)
    lines = text.count("\n") + 1
    for line, fault in doubts:
        assert 1 <= line <= lines
        assert fault.isprintable()
    for section in sections:
        assert 1 <= section.line <= lines
        for value in [*section.attributes.values(), *section.values.values()]:
            try:
                read_value(value)
            except SceneTextError as error:
                assert str(error).isprintable()
    return len(sections)


def check_script(data: bytes) -> int:
    """One script."""
    text = data.decode(errors="replace")
    script = read_script(text)
    for seen in script.sightings:
        assert seen.line >= 1
        assert seen.text.isprintable()
    return 1


def check_project(data: bytes) -> int:
    """All files of a project, with a separator between them."""
    contents = data.split(SEPARATOR)[: len(FILES)]
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as name:
        folder = Path(name)
        (folder / FILES[0]).write_bytes(b"")
        for file, content in zip(FILES, contents, strict=False):
            (folder / file).write_bytes(content)
        project = Project(folder)
        for scene in ("res://main.tscn", "res://other.tscn"):
            for node in project.scene(scene):
                project.spawn_list(scene, node.path)
                project.replication(scene, node.path)
        for script in ("res://main.gd", "res://base.gd", "res://main.tscn"):
            names = project.rpc_names(script)
            assert names == sorted(names)
            project.node_class(script)
        assert all(doubt.isprintable() for doubt in project.doubts)
        assert isinstance(project.autoloads, dict)
    return len(contents)
