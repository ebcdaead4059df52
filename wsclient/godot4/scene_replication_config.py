"""SceneReplicationConfig: what a MultiplayerSynchronizer replicates, and when."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar, Final, TypeAlias

from wsclient.godot4.replicated_properties import ReplicatedProperties
from wsclient.variant import NodePath

__all__ = ["ReplicationMode", "SceneReplicationConfig"]


class ReplicationMode(IntEnum):
    """When a property is sent."""

    REPLICATION_MODE_NEVER = 0
    """Never after the spawn."""
    REPLICATION_MODE_ALWAYS = 1
    """Once every `replication_interval`."""
    REPLICATION_MODE_ON_CHANGE = 2
    """Once every `delta_interval` in which it has changed."""


_ReplicationMode: TypeAlias = ReplicationMode  # an alias, because the class has an attribute of the same name


class _Property:
    """One row of the config."""

    __slots__ = ("is_spawned", "mode")

    def __init__(self) -> None:
        self.is_spawned = True
        self.mode = ReplicationMode.REPLICATION_MODE_ALWAYS


class SceneReplicationConfig:
    """The list of properties that a MultiplayerSynchronizer replicates.

    Both sides need the same properties in the same order.

        config = SceneReplicationConfig()
        config.add_property(".:position")         # in the SPAWN, then in each SYNC
        config.add_property(".:health")
        config.property_set_replication_mode(".:health", config.REPLICATION_MODE_ON_CHANGE)

    A path is that of a node, from the synchronizer's `root_path`, and of a property: `Weapon/Barrel:heat`.
    `Project.replication` reads one from a Godot project.
    """

    ReplicationMode: TypeAlias = _ReplicationMode
    """The type of these, by Godot's name."""
    REPLICATION_MODE_NEVER: Final = ReplicationMode.REPLICATION_MODE_NEVER
    REPLICATION_MODE_ALWAYS: Final = ReplicationMode.REPLICATION_MODE_ALWAYS
    REPLICATION_MODE_ON_CHANGE: Final = ReplicationMode.REPLICATION_MODE_ON_CHANGE

    def __init__(self) -> None:
        self._properties: dict[str, _Property] = {}
        # For the replication of the session
        self.spawned: ReplicatedProperties = ReplicatedProperties(())
        self.always_sent: ReplicatedProperties = self.spawned
        self.watched: ReplicatedProperties = self.spawned

    def get_properties(self) -> list[NodePath]:
        """Returns the paths, in order."""
        return [NodePath(path) for path in self._properties]

    def add_property(self, path: str | NodePath, index: int = -1) -> None:
        """Adds a property, which is part of the SPAWN and is always sent.

        Args:
            path: the path of the property.
            index: its place; -1 is the end.

        Raises:
            ValueError: the path has no property, or is there already, or the index is out of range.
        """
        text = _checked_path(path)
        if text in self._properties:
            raise ValueError(f"{text!r} is in the config already")
        if not -1 <= index <= len(self._properties):
            raise ValueError(f"place {index} in a config of {len(self._properties)} properties")
        rows = list(self._properties.items())
        rows.insert(len(rows) if index == -1 else index, (text, _Property()))
        self._properties = dict(rows)
        self._changed()

    def remove_property(self, path: str | NodePath) -> None:
        """Removes a property; does nothing if it is not there."""
        self._properties.pop(str(path), None)
        self._changed()

    def has_property(self, path: str | NodePath) -> bool:
        """Returns True if the property is in the config."""
        return str(path) in self._properties

    def property_get_index(self, path: str | NodePath) -> int:
        """Returns the index of a property. Raises ValueError if it is not there."""
        self._property(path)
        return list(self._properties).index(str(path))

    def property_get_spawn(self, path: str | NodePath) -> bool:
        """Returns True if the property is in the SPAWN.

        Raises ValueError if it is not in the config.
        """
        return self._property(path).is_spawned

    def property_set_spawn(self, path: str | NodePath, enabled: bool) -> None:
        """Sets whether the property is in the SPAWN.

        Raises ValueError if it is not in the config.
        """
        self._property(path).is_spawned = bool(enabled)
        self._changed()

    def property_get_replication_mode(self, path: str | NodePath) -> _ReplicationMode:
        """Returns when the property is sent.

        Raises ValueError if it is not in the config.
        """
        return self._property(path).mode

    def property_set_replication_mode(self, path: str | NodePath, mode: _ReplicationMode) -> None:
        """Sets when the property is sent.

        Raises ValueError if it is not in the config, or if the mode does not exist.
        """
        self._property(path).mode = ReplicationMode(mode)
        self._changed()

    def get_spawn_properties(self) -> list[NodePath]:
        """Returns the paths of the properties in the SPAWN, in order."""
        return [NodePath(path) for path, each in self._properties.items() if each.is_spawned]

    def get_sync_properties(self) -> list[NodePath]:
        """Returns the paths of the properties in each SYNC, in order."""
        return self._with_mode(ReplicationMode.REPLICATION_MODE_ALWAYS)

    def get_watch_properties(self) -> list[NodePath]:
        """Returns the paths of the properties that are sent when they change.

        Their order is that of the bits in the mask of a DELTA.
        """
        return self._with_mode(ReplicationMode.REPLICATION_MODE_ON_CHANGE)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SceneReplicationConfig):
            return NotImplemented
        return self._rows() == other._rows()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"<SceneReplicationConfig {', '.join(self._properties)}>"

    def _changed(self) -> None:
        """Computes the lists again.

        They are kept because they are read in each frame and rarely change.
        """
        self.spawned = ReplicatedProperties(self.get_spawn_properties())
        self.always_sent = ReplicatedProperties(self.get_sync_properties())
        self.watched = ReplicatedProperties(self.get_watch_properties())

    def _with_mode(self, mode: _ReplicationMode) -> list[NodePath]:
        return [NodePath(path) for path, each in self._properties.items() if each.mode == mode]

    def _property(self, path: str | NodePath) -> _Property:
        found = self._properties.get(str(path))
        if found is None:
            raise ValueError(f"{str(path)!r} is not in the config")
        return found

    def _rows(self) -> list[tuple[str, bool, int]]:
        return [(path, each.is_spawned, each.mode) for path, each in self._properties.items()]


def _checked_path(path: str | NodePath) -> str:
    text = str(path)
    if ":" not in text or text.endswith(":"):
        raise ValueError(f"{text!r} names no property: one of the root itself is '.:name'")
    return text
