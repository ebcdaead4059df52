"""Project: reads the network settings of a Godot 4 project from its files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wsclient.godot4.project_classes import differences, node_class_of
from wsclient.godot4.project_files import ProjectFiles
from wsclient.godot4.project_scenes import ProjectScenes
from wsclient.godot4.project_scripts import ProjectScripts
from wsclient.godot4.scene_replication_config import ReplicationMode, SceneReplicationConfig
from wsclient.godot4.scene_text import Call, SceneTextError, read_sections, read_value
from wsclient.ground.escape import escape

if TYPE_CHECKING:
    from os import PathLike

    from wsclient.godot4.node import Node
    from wsclient.godot4.project_scenes import ProjectScene, Resource, SceneNode
    from wsclient.godot4.scene_text import Section, TextValue

__all__ = ["Project"]

_ALWAYS = ReplicationMode.REPLICATION_MODE_ALWAYS


class Project:
    r"""Reads the network settings of a Godot 4 project from its files.

    These are its remote procedures, spawn lists and synchronizers.

        project = Project("path/to/game")                       # the folder with the project.godot
        project.rpc_names("res://player.gd")                    # ["hurt", "wave"]
        project.spawn_list("res://world.tscn", "Spawner")       # ["res://player.tscn"]
        Player = project.node_class("res://player.gd")
        print(*project.doubts, sep="\n")

    The contents of files never raise exceptions. Anything that cannot be read, or is only known when the game runs,
    is described in `doubts`. An exported game (`.pck`, `.scn`, `.gdc`) contains no text files, and cannot be read.

    Args:
        path: the folder, or its project.godot.

    Raises:
        ValueError: it is neither.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._files = ProjectFiles(_root_of(Path(path)))
        self._scenes = ProjectScenes(self._files)
        self._scripts = ProjectScripts(self._files, lambda: self.autoloads, self._script_path)
        self._settings: list[Section] | None = None

    @property
    def doubts(self) -> list[str]:
        """Sentences about everything that is uncertain, with file and line.

        Asking for them reads all files that have not been read yet.
        """
        self._read_everything()
        return list(self._files.doubts)

    @property
    def autoloads(self) -> dict[str, str]:
        """The scripts or scenes of the project's autoloads, by name.

        Autoloads are the nodes that the engine itself adds below the root of the tree.
        """
        found: dict[str, str] = {}
        for section in self._project_settings():
            if section.kind != "autoload":
                continue
            for name in section.values:
                value = self._setting(section, name)
                path = value.removeprefix("*") if isinstance(value, str) else ""
                found[name] = self._files.named(path) if path else ""
                if not found[name]:
                    self._files.doubt("res://project.godot", f"has an autoload without a file: {escape(name)}")
        return found

    def rpc_names(self, script: str, *, inner_class: str = "") -> list[str]:
        """Returns the names of the methods marked `@rpc`, in order of code points.

        The index of each is its number on the wire.

        Args:
            script: `res://player.gd`; a `uid://`, too. Of a scene: the script of its root.
            inner_class: the name of a class within the script; "" is the script itself.
        """
        return sorted(self._scripts.marks(self._script_path(script), inner_class))

    def scene(self, path: str) -> ProjectScene:
        """Returns the nodes of a scene, including those of its instances.

        If the scene cannot be read, the result is empty, and a doubt is added.
        """
        return self._scenes.scene(self._files.named(path))

    def spawn_list(self, scene: str, node: str) -> list[str]:
        """Returns the scenes that a MultiplayerSpawner spawns, in order.

        The index of each is its number on the wire.

        Args:
            scene: `res://world.tscn`.
            node: the spawner's path from the scene's root, `Things/Spawner`.

        Returns:
            Paths. As in the engine, a uid that no file has is included, as "".
        """
        found = self._node(scene, node)
        if found is None:
            return []
        value, resource = self._scenes.value(found, "_spawnable_scenes")
        listed = value.arguments if isinstance(value, Call) else value if isinstance(value, list) else []
        if len(listed) == 1 and isinstance(listed[0], list):
            listed = listed[0]
        paths = [self._files.named(each) if isinstance(each, str) else "" for each in listed]
        if resource is not None and "" in paths:
            self._files.doubt(resource.path, f"{escape(node)} spawns something whose uid no file has")
        return paths

    def replication(self, scene: str, node: str) -> SceneReplicationConfig:
        """Returns the replication config of a MultiplayerSynchronizer.

        Args:
            scene: `res://player.tscn`.
            node: the synchronizer's path from the scene's root, `Sync`.
        """
        found = self._node(scene, node)
        config = SceneReplicationConfig()
        if found is None:
            return config
        value, resource = self._scenes.value(found, "replication_config")
        section, holder = self._config_section(value, resource)
        if section is None or holder is None:
            self._files.doubt(self._files.named(scene), f"{escape(node)} has no replication_config")
            return config
        self._fill(config, section, holder)
        return config

    def value(self, scene: str, node: str, name: str) -> TextValue:
        """Returns the value of a node's property as written; None if it is missing.

        Examples are `root_path` and `spawn_path`. A NodePath is a `str` here; other kinds of values are
        `scene_text.Call`.
        """
        found = self._node(scene, node)
        value = None if found is None else self._scenes.value(found, name)[0]
        if isinstance(value, Call) and value.name == "NodePath":
            return str(value.arguments[0]) if value.arguments else ""
        return value

    def rpc_words(self, script: str, name: str) -> tuple[str, ...]:
        """Returns the words in the `@rpc` of a method, such as "any_peer".

        Empty if the method is not marked.
        """
        found = self._scripts.marks(self._script_path(script)).get(name)
        return () if found is None else self._scripts.words(found)

    def node_class(self, script: str) -> type[Node]:
        """Creates a class of nodes with the marked methods of a script.

        The methods do nothing until a subclass overrides them.

            class Player(project.node_class("res://player.gd")):
                def hurt(self, by):           # keeps its mark
                    print("ouch", by)

        Type checkers see a plain Node. If other people read the program, a class with all methods written out, tested
        with `check`, is easier to understand.
        """
        path = self._script_path(script)
        name = self._scripts.class_name(path) or PurePosixPath(path).stem.title().replace("_", "")
        return node_class_of(name, self._words_of(path))

    def check(self, node_class: type[Node], script: str) -> list[str]:
        """Compares the marked methods of a node class with those of a script.

            assert project.check(Player, "res://player.gd") == []

        Returns:
            A sentence for each method that is missing on one side, and for each that others may call on only one
            side. Empty if both agree: then each name has the same number on both sides.
        """
        path = self._script_path(script)
        return differences(node_class, path or script, self._words_of(path))

    def _script_path(self, script: str) -> str:
        path = self._files.named(script)
        if not path:
            self._files.doubt(script, "is an uid that no file has")
        if not path.endswith(".tscn"):
            return path
        root = self._scenes.scene(path).node(".")
        return "" if root is None else root.script

    def _words_of(self, path: str) -> dict[str, tuple[str, ...]]:
        return {name: self._scripts.words(found) for name, found in self._scripts.marks(path).items()}

    # Scenes

    def _node(self, scene: str, node: str) -> SceneNode | None:
        path = self._files.named(scene)
        found = self._scenes.scene(path).node(node)
        if found is None:
            self._files.doubt(path or scene, f"has no node {escape(node)}")
        return found

    def _config_section(self, value: TextValue, resource: Resource | None) -> tuple[Section | None, Resource | None]:
        """Returns the section of a `replication_config`.

        It is in the scene itself or in a separate file.
        """
        if resource is None or not isinstance(value, Call) or not value.arguments:
            return None, None
        name = str(value.arguments[0])
        if value.name == "SubResource":
            return resource.sub.get(name), resource
        file = self._scenes.resource(resource.external.get(name, ""))
        section = None if file is None else next((each for each in file.sections if each.kind == "resource"), None)
        return section, file

    def _fill(self, config: SceneReplicationConfig, section: Section, resource: Resource) -> None:
        path = ""
        for key in section.values:
            head, _, word = key.rpartition("/")
            if not head.startswith("properties/"):
                continue
            try:
                value = section.value(key)
                if word == "path":
                    path = str(value.arguments[0]) if isinstance(value, Call) and value.arguments else str(value)
                    config.add_property(path)
                elif path:
                    _set(config, path, word, value)
            except ValueError as error:
                self._files.doubt(resource.path, f"{escape(key)} cannot be read: {error}", section.line)

    # All of it

    def _project_settings(self) -> list[Section]:
        if self._settings is None:
            text = self._files.text("res://project.godot")
            self._settings, doubts = ([], []) if text is None else read_sections(text)
            for line, why in doubts:
                self._files.doubt("res://project.godot", why, line)
        return self._settings

    def _setting(self, section: Section, name: str) -> TextValue:
        try:
            return read_value(section.values[name])
        except SceneTextError as error:
            self._files.doubt("res://project.godot", f"{escape(name)} cannot be read: {error}")
            return None

    def _read_everything(self) -> None:
        _ = self.autoloads
        for path in self._files.all_of(".gd"):
            self._words_of(path)
        for path in self._files.all_of(".tscn"):
            for node in self._scenes.scene(path):
                self._read_node(path, node)
        for path in self._files.all_of(".cs"):
            if "[Rpc" in (self._files.text(path) or ""):
                self._files.script(path)
        for path in self._files.all_of(".scn", ".gdc", ".pck", ".gd.remap", ".tscn.remap"):
            self._files.text(path)

    def _read_node(self, scene: str, node: SceneNode) -> None:
        if node.script:
            self._words_of(node.script)
        if node.type == "MultiplayerSpawner":
            self.spawn_list(scene, node.path)
        elif node.type == "MultiplayerSynchronizer":
            self.replication(scene, node.path)


def _root_of(path: Path) -> Path:
    if path.suffix in {".pck", ".exe", ".zip"}:
        raise ValueError(f"{path} is an exported game, which holds no texts: the project's own folder is needed")
    root = path.parent if path.name == "project.godot" else path
    if not (root / "project.godot").is_file():
        raise ValueError(f"{path} is not a Godot project: it has no project.godot")
    return root


def _set(config: SceneReplicationConfig, path: str, word: str, value: TextValue) -> None:
    """Sets one property of a config from its line.

    Godot 4.0 writes `sync` and `watch`.
    """
    match word:
        case "spawn":
            config.property_set_spawn(path, bool(value))
        case "replication_mode" if isinstance(value, int):
            config.property_set_replication_mode(path, ReplicationMode(value))
        case "sync" | "watch":
            mode = _ALWAYS if word == "sync" else ReplicationMode.REPLICATION_MODE_ON_CHANGE
            if value:
                config.property_set_replication_mode(path, mode)
            elif config.property_get_replication_mode(path) == mode:
                config.property_set_replication_mode(path, ReplicationMode.REPLICATION_MODE_NEVER)
