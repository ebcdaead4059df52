"""Reads the scenes of a Godot project as trees of nodes.

Instances and inherited scenes are put in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.godot4.scene_text import Call, SceneTextError, Section, read_sections, read_value
from wsclient.ground.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.godot4.project_files import ProjectFiles
    from wsclient.godot4.scene_text import TextValue

__all__ = ["ProjectScene", "ProjectScenes", "Resource", "SceneNode"]

MAX_INSTANCES: Final = 32
"""The maximum depth of scenes within scenes. Arbitrary; the editor becomes unusable long before."""
MAX_NODES: Final = 16384
"""The maximum number of nodes of a scene, including those of its instances. Arbitrary."""

_MODELS: Final = (".glb", ".gltf", ".fbx", ".obj", ".blend", ".dae")


class Resource:
    """A text file that consists of sections: a scene, or a `.tres` file.

    Attributes:
        path: `res://..`.
        sections: its sections, in order.
        external: the path of each `ExtResource`, by its id.
        sub: the section of each `SubResource`, by its id.
    """

    def __init__(self, path: str, sections: list[Section]) -> None:
        self.path: str = path
        self.sections: list[Section] = sections
        self.external: dict[str, str] = {}
        self.sub: dict[str, Section] = {_id_of(each): each for each in sections if each.kind == "sub_resource"}


class SceneNode:
    """One node of a scene.

    Attributes:
        path: the path from the scene's root, which is ".".
        name: the last name of the path; of the root its own.
        type: the engine's class, or "" if the scene only changes a node of an instance that could not be read.
        instance: the path of the scene that the node is an instance of; "".
        script: the path of its script; "". A script inside the scene itself is `res://world.tscn::GDScript_1`.
        is_model: whether the engine imports it and the nodes below it from a model, so that no text lists them.
        values: the lines of the node, as text, each with the file that contains it.
    """

    def __init__(self, path: str, name: str, type: str = "") -> None:
        self.path: str = path
        self.name: str = name
        self.type: str = type
        self.instance: str = ""
        self.script: str = ""
        self.is_model: bool = False
        self.values: dict[str, tuple[str, Resource]] = {}

    def __repr__(self) -> str:
        return f"<SceneNode {self.path} {self.type or self.instance}>"


class ProjectScene:
    """A scene, with everything below its instances.

    Attributes:
        path: `res://..`.
        nodes: its nodes by path, parents before children; the root is ".".
    """

    def __init__(self, path: str) -> None:
        self.path: str = path
        self.nodes: dict[str, SceneNode] = {}

    def __iter__(self) -> Iterator[SceneNode]:
        return iter(self.nodes.values())

    def node(self, path: str) -> SceneNode | None:
        """Returns the node at a path; None if there is none.

        The path starts at the root, which is ".".
        """
        return self.nodes.get(path.strip("/") or ".")

    def of_type(self, type: str) -> list[SceneNode]:
        """Returns the nodes of one class of the engine, such as "MultiplayerSpawner"."""
        return [node for node in self if node.type == type]


class ProjectScenes:
    """Reads scenes and resources, each only once."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._resources: dict[str, Resource | None] = {}
        self._scenes: dict[str, ProjectScene] = {}

    def scene(self, path: str) -> ProjectScene:
        """Returns a scene.

        If it cannot be read, the scene has no nodes, and a doubt is added.
        """
        if path not in self._scenes:
            self._scenes[path] = self._build(path, ())
        return self._scenes[path]

    def resource(self, path: str) -> Resource | None:
        """Returns a text resource; adds a doubt and returns None if it is unreadable."""
        if path not in self._resources:
            text = self._files.text(path)
            self._resources[path] = None if text is None else self._read(path, text)
        return self._resources[path]

    def value(self, node: SceneNode, name: str) -> tuple[TextValue, Resource | None]:
        """Returns a node's property as written, and the file that contains it.

        Returns None for both if the node does not have it.
        """
        if name not in node.values:
            return None, None
        text, resource = node.values[name]
        try:
            return read_value(text), resource
        except SceneTextError as error:
            self._files.doubt(resource.path, f"{name} of {escape(node.path)} cannot be read: {error}")
            return None, resource

    def _read(self, path: str, text: str) -> Resource:
        sections, doubts = read_sections(text)
        for line, why in doubts:
            self._files.doubt(path, why, line)
        resource = Resource(path, sections)
        for section in sections:
            if section.kind == "ext_resource":
                resource.external[_id_of(section)] = self._external(resource, section)
        return resource

    def _external(self, resource: Resource, section: Section) -> str:
        """Returns the path of an `ext_resource`.

        If a file has its uid, it is the path of that file.
        """
        by_uid = self._files.named(section.word("uid")) if section.word("uid") else ""
        path = section.word("path")
        return by_uid or (self._files.named(path, resource.path) if path else "")

    def _build(self, path: str, around: tuple[str, ...]) -> ProjectScene:
        scene = ProjectScene(path)
        if path in around or len(around) > MAX_INSTANCES:
            self._files.doubt(around[-1], f"has itself among its instances, by {escape(path)}")
            return scene
        resource = self.resource(path)
        if resource is None:
            return scene
        for section in resource.sections:
            if section.kind == "node":
                self._add(scene, resource, section, around)
        if not scene.nodes:
            self._files.doubt(path, "is not a scene: it has no nodes")
        return scene

    def _add(self, scene: ProjectScene, resource: Resource, section: Section, around: tuple[str, ...]) -> None:
        name, parent = section.word("name"), section.word("parent")
        path = "." if not scene.nodes else name if parent in {".", ""} else f"{parent}/{name}"
        if len(scene.nodes) >= MAX_NODES:
            self._files.doubt(scene.path, f"has more than {MAX_NODES} nodes: the rest was not read")
            return
        node = scene.nodes.get(path)
        if node is None:
            node = scene.nodes[path] = SceneNode(path, name)
        node.name = name if path == "." else node.name
        node.type = section.word("type") or node.type
        if "instance" in section.attributes:
            self._put_instance(scene, node, self._path_of(resource, section.attributes["instance"]), around)
        elif not node.type and not _is_inside_model(scene, path):
            what = "changes a node that no instance has" if path != "." else "has a root without a type"
            self._files.doubt(scene.path, f"{what}: {escape(path)}", section.line)
        for key, text in section.values.items():
            node.values[key] = (text, resource)
        if "script" in section.values:
            node.script = self._script_path(resource, section.values["script"])

    def _put_instance(self, scene: ProjectScene, node: SceneNode, path: str, around: tuple[str, ...]) -> None:
        """Puts the nodes of another scene in the place of a node.

        Properties set by the scene itself take precedence.
        """
        node.instance = path
        if path.endswith(_MODELS):
            node.is_model = True  # an imported scene: nodes of the engine, without scripts
            return
        if not path.endswith(".tscn"):
            self._files.doubt(
                scene.path, f"has an instance of something other than a .tscn at {escape(node.path)}: {escape(path)}"
            )
            return
        for each in self._instance(path, (*around, scene.path)):
            if len(scene.nodes) >= MAX_NODES:
                return
            own = node if each.path == "." else SceneNode(_below(node.path, each.path), each.name)
            own.type, own.script, own.values = each.type, each.script, dict(each.values)
            own.instance, own.is_model = node.instance if own is node else each.instance, each.is_model
            scene.nodes[own.path] = own

    def _instance(self, path: str, around: tuple[str, ...]) -> ProjectScene:
        """Returns a scene within other scenes.

        A scene that was read before is reused, unless it may contain one of those around it.
        """
        return self._scenes[path] if path in self._scenes else self._keep(self._build(path, around))

    def _keep(self, scene: ProjectScene) -> ProjectScene:
        if scene.nodes:
            self._scenes[scene.path] = scene
        return scene

    def _path_of(self, resource: Resource, text: str) -> str:
        """Returns the path that `ExtResource("1")` refers to; "" if there is none."""
        try:
            value = read_value(text)
        except SceneTextError:
            return ""
        if isinstance(value, Call) and value.name == "ExtResource" and value.arguments:
            return resource.external.get(str(value.arguments[0]), "")
        return ""

    def _script_path(self, resource: Resource, text: str) -> str:
        try:
            value = read_value(text)
        except SceneTextError:
            value = ""
        if value is None:
            return ""
        if not isinstance(value, Call) or not value.arguments:
            self._files.doubt(resource.path, f"has a script that cannot be determined: {escape(text, 60)}")
            return ""
        name = str(value.arguments[0])
        if value.name != "SubResource" or name not in resource.sub:
            return self._path_of(resource, text)
        path = f"{resource.path}::{name}"
        source = resource.sub[name].value("script/source", "")
        self._files.keep_script(path, source if isinstance(source, str) else "")
        return path


def _id_of(section: Section) -> str:
    """Returns the id of a resource: a string, or a number in older files."""
    try:
        return str(section.attribute("id", ""))
    except SceneTextError:
        return ""


def _is_inside_model(scene: ProjectScene, path: str) -> bool:
    """Returns whether a node around that at a path comes from a model."""
    names = path.split("/")
    above = (scene.nodes.get("/".join(names[:count]) or ".") for count in range(len(names)))
    return any(node is not None and node.is_model for node in above)


def _below(path: str, inner: str) -> str:
    return inner if path == "." else f"{path}/{inner}"
