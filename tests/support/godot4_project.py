"""A Godot 4 project with one of each thing that real projects have.

The engine loads all of it.

`FILES` is the project; `RPC_NAMES`, `SPAWN_LISTS` and `REPLICATION` are the engine's answers, which
`tests/interop/test_godot4_project.py` asks it for again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILES", "REPLICATION", "RPC_NAMES", "SPAWN_LISTS", "write_project"]

FILES = {
    "project.godot": """
; Engine configuration file.
config_version=5

[application]

config/name="Fixture"
config/features=PackedStringArray("4.6")

[autoload]

Lobby="*res://lobby.gd"
Music="*uid://b00000music00"
Quiet="res://quiet.tscn"

[input]

ui_accept={
"deadzone": 0.5,
"events": [Object(InputEventKey,"resource_local_to_scene":false,"keycode":4194309)]
}
""",
    # Every way of writing a mark that the engine takes.
    "spellings.gd": """
@tool
class_name Spellings extends Node

const WORD = "any_peer"
const CHANNEL := 3
enum { FIRST, SECOND }
enum Named { ONE = 4, TWO }

@rpc
func bare(): pass

@rpc()
func empty(): pass

@rpc("call_local")
func only_local(): pass

@rpc("reliable", "any_peer")
func turned(): pass

@rpc('any_peer', 'call_local')
func single_quotes(): pass

@rpc(&"any_peer")
func string_name(): pass

@rpc("any_peer",)
func trailing_comma(): pass

@rpc	("any_peer")
func tab_before_bracket(): pass

@rpc(
	"any_peer", # who
	# a line of its own
	"unreliable_ordered",
)
func over_lines(): pass

@rpc("any_peer") \\
func behind_backslash(): pass

@rpc("any_peer") func same_line(): pass

@rpc("any" + "_peer")
func folded(): pass

@rpc(WORD)
func constant(): pass

@rpc("any_peer", "call_remote", "unreliable", CHANNEL)
func channel_constant(): pass

@rpc("any_peer", "call_remote", "unreliable", SECOND + 1)
func channel_enum(): pass

@rpc("any_peer", "call_remote", "unreliable", Other.CH)
func channel_of_another(): pass

@rpc("any_peer", "call_remote", "unreliable", 2)
func channel(): pass

@rpc("any_peer")
# a comment between
## and one for the documentation

@warning_ignore("unused_parameter")
func comment_between(value): pass

@warning_ignore("unused_parameter") @rpc("any_peer")
func annotation_before(value): pass

@rpc("any_peer")
static func is_static(): pass

@rpc("any_peer")
func _private(): pass

@rpc("any_peer")
func Upper(): pass

@rpc("any_peer")
func größe(): pass

func plain():
	var text = \"\"\"
@rpc("any_peer")
func inside_a_text(): pass
\"\"\"
	var other = "@rpc func inside_a_line(): pass"
	# @rpc("any_peer")
	# func in_a_comment(): pass
	var call = func named_lambda(): pass
	return [text, other, call, 'a "quote"', "it's", $"Some/Node", %Unique, ^"a/path",
		func(a):
			return a,
	]

func last(): return {a = 1, b = 2}
""",
    "other.gd": """
class_name Other
extends RefCounted

const CH = 2
""",
    "base.gd": """
class_name Base
extends Node

@rpc("any_peer")
func of_base(): pass

@rpc("any_peer", "call_local")
func kept(): pass

@rpc("authority")
func replaced(): pass
""",
    "by_name.gd": """
extends Base

@rpc("any_peer")
func own(): pass

func kept(): pass

@rpc("any_peer")
func replaced(): pass
""",
    "by_path.gd": """
extends "res://base.gd"
""",
    "folder/by_relative_path.gd": """
extends "../base.gd"

@rpc func below(): pass
""",
    "by_constant.gd": """
extends Loaded.Holder

class Loaded:
	class Holder extends Node:
		@rpc func held(): pass
""",
    "inner.gd": """
extends Node

@rpc func outside(): pass

class Inner extends Node:
	@rpc("any_peer")
	func inside(): pass

	func _plain():
		pass

class Derived extends Inner:
	@rpc func more(): pass

@rpc func after(): pass
""",
    "from_inner.gd": """
extends "res://inner.gd".Inner
""",
    "configured.gd": """
extends Node

@rpc func marked(): pass

func _init():
	rpc_config("later", {"rpc_mode": MultiplayerAPI.RPC_MODE_ANY_PEER})

func later(): pass
""",
    "lobby.gd": """
extends Node

@rpc("any_peer", "reliable")
func register_player(info): pass
""",
    "music.gd": "extends Node\n",
    "music.gd.uid": "uid://b00000music00\n",
    "player.gd": """
extends Node2D

@export var aim := 0.0
@export var lives := 3

func _enter_tree():
	set_multiplayer_authority(str(name).to_int())

@rpc("any_peer", "call_local")
func hurt(by): lives -= by
""",
    "quiet.tscn": """
[gd_scene format=3]

[node name="Quiet" type="Node"]
""",
    "player.tscn": """
[gd_scene load_steps=3 format=3 uid="uid://c0000player00"]

[ext_resource type="Script" path="res://player.gd" id="1_a"]

[sub_resource type="SceneReplicationConfig" id="SceneReplicationConfig_x"]
properties/0/path = NodePath(".:position")
properties/0/spawn = true
properties/0/replication_mode = 1
properties/1/path = NodePath("Weapon:rotation")
properties/1/spawn = false
properties/1/replication_mode = 2
properties/2/path = NodePath(".:lives")
properties/2/spawn = true
properties/2/replication_mode = 0

[node name="Player" type="Node2D" unique_id=1337]
script = ExtResource("1_a")
metadata/_edit_group_ = true
metadata/long = {
"a": [1, 2, {
"b": "] [ ; not a comment"
}],
"c": "line
break"
}

[node name="Weapon" type="Node2D" parent="."]
position = Vector2(1, -2.5e-3)

[node name="Sync" type="MultiplayerSynchronizer" parent="." unique_id=1338]
replication_config = SubResource("SceneReplicationConfig_x")
""",
    # Words of Godot 4.0, and a property that has its path alone.
    "old.tscn": """
[gd_scene load_steps=2 format=3 uid="uid://d00000old0000"]

[sub_resource type="SceneReplicationConfig" id="1"]
properties/0/path = NodePath(".:position")
properties/0/spawn = true
properties/0/sync = true
properties/0/watch = false
properties/1/path = NodePath(".:rotation")
properties/1/spawn = true
properties/1/sync = false
properties/1/watch = true
properties/2/path = NodePath(".:scale")
properties/3/path = NodePath(".:visible")
properties/3/sync = false

[node name="Old" type="Node2D"]

[node name="Sync" type="MultiplayerSynchronizer" parent="."]
replication_config = SubResource("1")
""",
    "config.tres": """
[gd_resource type="SceneReplicationConfig" format=3 uid="uid://e0000config00"]

[resource]
properties/0/path = NodePath(".:name")
properties/0/spawn = true
properties/0/replication_mode = 2
""",
    "world.tscn": """
[gd_scene load_steps=6 format=3 uid="uid://f00000world00"]

[ext_resource type="Script" path="res://moved/player.gd" uid="uid://h0000script00" id="1"]
[ext_resource type="PackedScene" uid="uid://c0000player00" path="res://was/here/player.tscn" id="2"]
[ext_resource type="SceneReplicationConfig" path="res://config.tres" id="3"]

[sub_resource type="GDScript" id="GDScript_1"]
script/source = "extends Node

@rpc(\\"any_peer\\")
func built_in():
	pass
"

[node name="World" type="Node"]
script = SubResource("GDScript_1")

[node name="Players" type="Node2D" parent="."]
script = ExtResource("1")

[node name="Spawner" type="MultiplayerSpawner" parent="."]
_spawnable_scenes = PackedStringArray("uid://c0000player00", "res://old.tscn", "res://player.tscn", "res://old.tscn")
spawn_path = NodePath("../Players")
spawn_limit = 8

[node name="Empty" type="MultiplayerSpawner" parent="."]
spawn_path = NodePath("..")

[node name="Boss" parent="Players" instance=ExtResource("2")]
position = Vector2(3, 4)

[node name="Weapon" parent="Players/Boss" index="0"]
rotation = 1.0

[node name="Scope" type="Node2D" parent="Players/Boss/Weapon" index="0"]

[node name="Shared" type="MultiplayerSynchronizer" parent="."]
root_path = NodePath("../Players")
replication_config = ExtResource("3")

[connection signal="ready" from="." to="." method="built_in"]

[editable path="Players/Boss"]
""",
    "moved.gd": "extends Node2D\n\n@rpc func moved(): pass\n",
    "moved.gd.uid": "uid://h0000script00\n",
    "inherited.tscn": """
[gd_scene load_steps=2 format=3]

[ext_resource type="PackedScene" path="res://world.tscn" id="1"]

[node name="Inherited" instance=ExtResource("1")]

[node name="Spawner" parent="." index="1"]
_spawnable_scenes = PackedStringArray("res://quiet.tscn")

[node name="More" type="Node" parent="." index="6"]
""",
}

RPC_NAMES = {
    "res://spellings.gd": [
        "Upper",
        "_private",
        "annotation_before",
        "bare",
        "behind_backslash",
        "channel",
        "channel_constant",
        "channel_enum",
        "channel_of_another",
        "comment_between",
        "constant",
        "empty",
        "folded",
        "größe",
        "is_static",
        "only_local",
        "over_lines",
        "same_line",
        "single_quotes",
        "string_name",
        "tab_before_bracket",
        "trailing_comma",
        "turned",
    ],
    "res://other.gd": [],
    "res://base.gd": ["kept", "of_base", "replaced"],
    "res://by_name.gd": ["kept", "of_base", "own", "replaced"],
    "res://by_path.gd": ["kept", "of_base", "replaced"],
    "res://folder/by_relative_path.gd": ["below", "kept", "of_base", "replaced"],
    "res://by_constant.gd": ["held"],
    "res://inner.gd": ["after", "outside"],
    "res://from_inner.gd": ["inside"],
    "res://configured.gd": ["marked"],
    "res://lobby.gd": ["register_player"],
    "res://music.gd": [],
    "res://player.gd": ["hurt"],
    "res://moved.gd": ["moved"],
}

_PLAYER, _OLD = "res://player.tscn", "res://old.tscn"

SPAWN_LISTS = {
    "res://world.tscn::Spawner": [_PLAYER, _OLD, _PLAYER, _OLD],
    "res://world.tscn::Empty": [],
    "res://inherited.tscn::Spawner": ["res://quiet.tscn"],
    "res://inherited.tscn::Empty": [],
}

_NEVER, _ALWAYS, _ON_CHANGE = 0, 1, 2
_OF_PLAYER = [
    (".:position", True, _ALWAYS),
    ("Weapon:rotation", False, _ON_CHANGE),
    (".:lives", True, _NEVER),
]
_OF_FILE = [(".:name", True, _ON_CHANGE)]

REPLICATION = {
    "res://player.tscn::Sync": _OF_PLAYER,
    "res://old.tscn::Sync": [
        (".:position", True, _ALWAYS),
        (".:rotation", True, _ON_CHANGE),
        (".:scale", True, _ALWAYS),
        (".:visible", True, _NEVER),
    ],
    "res://world.tscn::Players/Boss/Sync": _OF_PLAYER,
    "res://world.tscn::Shared": _OF_FILE,
    "res://inherited.tscn::Players/Boss/Sync": _OF_PLAYER,
    "res://inherited.tscn::Shared": _OF_FILE,
}


def write_project(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Writes a project into a folder.

    It has these files, or all of `FILES`, and a project.godot.
    """
    for name, text in ({"project.godot": "config_version=5\n"} | files if files is not None else FILES).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.removeprefix("\n"), encoding="utf-8")
    return folder
