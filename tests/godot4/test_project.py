from __future__ import annotations

import pytest

from tests.support.godot4_project import REPLICATION, RPC_NAMES, SPAWN_LISTS, write_project
from wsclient.godot4 import Node, Project, rpc
from wsclient.multiplayer.godot4.rpc_list import RPCList


@pytest.fixture
def project(tmp_path):
    return Project(write_project(tmp_path))


@pytest.fixture
def project_of(tmp_path):
    return lambda files: Project(write_project(tmp_path, files))


@pytest.mark.parametrize(("script", "names"), RPC_NAMES.items())
def test_lists_the_remote_procedures_as_the_engine(project, script, names):
    assert project.rpc_names(script) == names


@pytest.mark.parametrize(("place", "scenes"), SPAWN_LISTS.items())
def test_lists_spawned_nodes_as_the_engine_does(project, place, scenes):
    assert project.spawn_list(*place.split("::")) == scenes


@pytest.mark.parametrize(("place", "rows"), REPLICATION.items())
def test_lists_replicated_properties_as_the_engine_does(project, place, rows):
    config = project.replication(*place.split("::"))
    found = [
        (str(path), config.property_get_spawn(path), config.property_get_replication_mode(path))
        for path in config.get_properties()
    ]
    assert found == rows


def test_lists_the_autoloads(project):
    assert project.autoloads == {"Lobby": "res://lobby.gd", "Music": "res://music.gd", "Quiet": "res://quiet.tscn"}


@pytest.mark.parametrize(
    ("script", "name", "words"),
    [
        pytest.param("spellings.gd", "bare", (), id="bare"),
        pytest.param("spellings.gd", "turned", ("reliable", "any_peer"), id="any-order"),
        pytest.param("spellings.gd", "over_lines", ("any_peer", "unreliable_ordered"), id="over-lines"),
        pytest.param("spellings.gd", "folded", ("any_peer",), id="sum-of-texts"),
        pytest.param("spellings.gd", "constant", ("any_peer",), id="constant"),
        pytest.param("spellings.gd", "channel_of_another", ("any_peer", "call_remote", "unreliable"), id="channel"),
        pytest.param("by_name.gd", "kept", ("any_peer", "call_local"), id="kept-from-the-base"),
        pytest.param("by_name.gd", "replaced", ("any_peer",), id="replaced"),
        pytest.param("spellings.gd", "plain", (), id="not-marked"),
    ],
)
def test_knows_what_a_mark_says(project, script, name, words):
    assert project.rpc_words(script, name) == words


def test_a_class_in_a_script_has_its_own_list(project):
    assert project.rpc_names("inner.gd", inner_class="Inner") == ["inside"]
    assert project.rpc_names("inner.gd", inner_class="Derived") == ["inside", "more"]


def test_a_script_in_a_scene_has_one(project):
    assert project.scene("world.tscn").node(".").script == "res://world.tscn::GDScript_1"
    assert project.rpc_names("res://world.tscn::GDScript_1") == ["built_in"]


def test_a_scene_stands_for_the_script_of_its_root(project):
    assert project.rpc_names("player.tscn") == ["hurt"]
    assert project.rpc_names("uid://c0000player00") == ["hurt"]


@pytest.mark.parametrize(
    ("node", "name", "value"),
    [("Spawner", "spawn_path", "../Players"), ("Spawner", "spawn_limit", 8), ("Shared", "root_path", "../Players")],
)
def test_reads_a_line_of_a_node(project, node, name, value):
    assert project.value("world.tscn", node, name) == value


def test_running_code_is_doubtful(project):
    assert [doubt.partition(" ")[0] for doubt in project.doubts] == ["res://configured.gd:6", "res://player.gd:7"]


SPAWNER = '[node name="A" type="Node"]\n[node name="S" type="MultiplayerSpawner" parent="."]\n'
SYNC = '[node name="A" type="Node"]\n[node name="S" type="MultiplayerSynchronizer" parent="."]\n'
CONFIG = '[sub_resource type="SceneReplicationConfig" id="1"]\n{}\n' + SYNC + 'replication_config = SubResource("1")\n'


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"a.gd": "extends Missing\n"}, "extends Missing", id="unknown-base"),
        pytest.param({"a.gd": 'extends "b.gd"\n'}, "extends a script that cannot be read: res://b.gd", id="no-base"),
        pytest.param({"a.gd": 'extends "a.gd"\n'}, "its own base", id="own-base"),
        pytest.param({"a.gd": 'extends "b.gd"\n', "b.gd": 'extends "a.gd"\n'}, "its own base", id="two-bases"),
        pytest.param({"a.gd": "@rpc(WHO)\nfunc f(): pass\n"}, "@rpc of f whose words", id="unknown-constant"),
        pytest.param({"a.gd": "const A = A\n@rpc(A)\nfunc f(): pass\n"}, "@rpc of f whose words", id="own-constant"),
        pytest.param({"a.cs": "class A { [Rpc] void F() {} }"}, "is C#", id="c-sharp"),
        pytest.param({"a.scn": "RSRC"}, "binary scene", id="scn"),
        pytest.param({"a.gdc": "GDSC"}, "compiled script", id="gdc"),
        pytest.param({"a.pck": "GDPC"}, "exported game", id="pck"),
        pytest.param({"a.gd.remap": "[remap]\n"}, "left by an export", id="remap"),
        pytest.param(
            {"a.tscn": SPAWNER + '_spawnable_scenes = PackedStringArray("uid://nobody")\n'},
            "whose uid no file has",
            id="uid-of-nobody",
        ),
        pytest.param(
            {"a.tscn": SPAWNER + "_spawnable_scenes = PackedStringArray(?)\n"}, "cannot be read", id="spawn-list"
        ),
        pytest.param({"a.tscn": SYNC}, "no replication_config", id="no-config"),
        pytest.param({"a.tscn": CONFIG.format("properties/0/path = 5")}, "names no property", id="config-path"),
        pytest.param(
            {"a.tscn": CONFIG.format('properties/0/path = NodePath(".:a")\nproperties/0/replication_mode = 9')},
            "9 is not a valid",
            id="config-mode",
        ),
        pytest.param({"project.godot": '[autoload]\nA="*uid://nobody"\n'}, "autoload without a file", id="autoload"),
        pytest.param({"project.godot": "[autoload]\nA=?\n"}, "cannot be read", id="autoload-text"),
    ],
)
def test_unclear_code_is_a_doubt(project_of, files, words):
    doubts = project_of(files).doubts
    assert any(words in doubt for doubt in doubts), doubts
    assert all(doubt.isprintable() for doubt in doubts)


def test_an_uid_that_no_file_has_keeps_its_place(project_of):
    scenes = '_spawnable_scenes = PackedStringArray("uid://nobody", "res://nowhere.tscn")\n'
    assert project_of({"a.tscn": SPAWNER + scenes}).spawn_list("a.tscn", "S") == ["", "res://nowhere.tscn"]


@pytest.mark.parametrize(
    ("ask", "answer", "words"),
    [
        pytest.param(lambda project: project.rpc_names("a.gd"), [], "res://a.gd cannot be read", id="script"),
        pytest.param(lambda project: project.rpc_names("uid://a"), [], "uid that no file has", id="uid"),
        pytest.param(lambda project: project.spawn_list("a.tscn", "S"), [], "no node S", id="scene"),
        pytest.param(
            lambda project: project.replication("a.tscn", "S").get_properties(), [], "no node S", id="synchronizer"
        ),
    ],
)
def test_a_missing_name_is_a_doubt(project_of, ask, answer, words):
    project = project_of({})
    assert ask(project) == answer
    assert any(words in doubt for doubt in project.doubts), project.doubts


def test_a_class_that_a_script_does_not_have_is_a_doubt(project):
    assert project.rpc_names("player.gd", inner_class="No") == []
    assert any("has no class No" in doubt for doubt in project.doubts)


def test_the_path_may_be_that_of_the_project_s_file(tmp_path):
    write_project(tmp_path)
    assert Project(tmp_path / "project.godot").rpc_names("player.gd") == ["hurt"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("game.pck", "exported game", id="pck"),
        pytest.param("nothing", "no project.godot", id="no-project"),
    ],
)
def test_other_folders_than_projects_are_refused(tmp_path, name, words):
    with pytest.raises(ValueError, match=words):
        Project(tmp_path / name)


def test_makes_a_class_of_a_script(project):
    made = project.node_class("res://by_name.gd")
    assert made.__name__ == "ByName"
    assert made().get_rpc_list().checksum == RPCList(RPC_NAMES["res://by_name.gd"]).checksum
    assert project.check(made, "res://by_name.gd") == []
    assert project.node_class("res://base.gd").__name__ == "Base"


def test_checks_a_class_of_the_program(project):
    class Player(Node):
        @rpc("any_peer")
        def hurt(self, by): ...

    (sentence,) = project.check(Player, "res://player.gd")
    assert sentence.startswith('Player marks hurt @rpc("any_peer", "call_remote"')
