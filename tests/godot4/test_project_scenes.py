from __future__ import annotations

import pytest

from tests.support.godot4_project import FILES, write_project
from wsclient.godot4.project_files import ProjectFiles
from wsclient.godot4.project_scenes import MAX_NODES, ProjectScenes


@pytest.fixture
def scenes_of(tmp_path):
    def make(files):
        project = ProjectFiles(write_project(tmp_path, files))
        return ProjectScenes(project), project.doubts

    return make


def test_nodes_below_an_instance_have_its_path(scenes_of):
    scenes, doubts = scenes_of(FILES)
    assert list(scenes.scene("res://world.tscn").nodes) == [
        ".",
        "Players",
        "Spawner",
        "Empty",
        "Players/Boss",
        "Players/Boss/Weapon",
        "Players/Boss/Sync",
        "Players/Boss/Weapon/Scope",
        "Shared",
    ]
    assert doubts == []


def test_an_instance_has_type_script_and_lines_of_its_scene(scenes_of):
    scenes, _ = scenes_of(FILES)
    boss = scenes.scene("res://world.tscn").node("Players/Boss")
    assert (boss.name, boss.type, boss.script, boss.instance) == (
        "Boss",
        "Node2D",
        "res://player.gd",
        "res://player.tscn",
    )
    assert scenes.value(boss, "position")[0].arguments == (3, 4)


def test_a_scene_changes_a_node_of_its_instance(scenes_of):
    scenes, _ = scenes_of(FILES)
    weapon = scenes.scene("res://world.tscn").node("Players/Boss/Weapon")
    assert scenes.value(weapon, "rotation")[0] == 1.0
    assert scenes.value(weapon, "position")[0].arguments == (1, -0.0025)
    assert "rotation" not in scenes.scene("res://player.tscn").node("Weapon").values


def test_an_inherited_scene_has_the_nodes_of_its_base(scenes_of):
    scenes, doubts = scenes_of(FILES)
    scene = scenes.scene("res://inherited.tscn")
    assert {"More", "Players/Boss/Sync", "Shared"} <= set(scene.nodes)
    assert (scene.node(".").name, scene.node(".").type) == ("Inherited", "Node")
    assert doubts == []


def test_a_good_uid_wins_over_a_wrong_path(scenes_of):
    scenes, _ = scenes_of(FILES)
    assert scenes.scene("res://world.tscn").node("Players").script == "res://moved.gd"


def test_nodes_are_found_by_type(scenes_of):
    scenes, _ = scenes_of(FILES)
    found = scenes.scene("res://world.tscn").of_type("MultiplayerSynchronizer")
    assert [node.path for node in found] == ["Players/Boss/Sync", "Shared"]


INSTANCE = '[ext_resource type="PackedScene" path="res://{}.tscn" id="1"]\n'


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"a.tscn": "[gd_scene]\n"}, "no nodes", id="no-nodes"),
        pytest.param({"a.tscn": '[node name="A"]\n'}, "without a type", id="root-without-a-type"),
        pytest.param(
            {"a.tscn": '[node name="A" type="Node"]\n[node name="B" parent="C"]\n'}, "no instance has", id="lost-node"
        ),
        pytest.param({"a.tscn": '[node name="A" type="Node" x="\n'}, "does not end", id="open-string"),
        pytest.param(
            {"a.tscn": INSTANCE.format("a") + '[node name="A" instance=ExtResource("1")]\n'},
            "itself among its instances",
            id="itself",
        ),
        pytest.param(
            {
                "a.tscn": INSTANCE.format("b") + '[node name="A" instance=ExtResource("1")]\n',
                "b.tscn": INSTANCE.format("a") + '[node name="B" instance=ExtResource("1")]\n',
            },
            "itself among its instances",
            id="each-other",
        ),
        pytest.param(
            {"a.tscn": '[node name="A" type="Node"]\nscript = 5\n'}, "script that cannot be determined", id="script"
        ),
        pytest.param(
            {"a.tscn": '[node name="A" type="Node"]\n[node name="B" parent="." instance=ExtResource("9")]\n'},
            "other than a .tscn",
            id="instance-of-nothing",
        ),
    ],
)
def test_an_odd_scene_is_a_doubt(scenes_of, files, words):
    scenes, doubts = scenes_of(files)
    scenes.scene("res://a.tscn")
    assert any(words in doubt for doubt in doubts), doubts


def test_a_model_in_a_scene_is_not_doubtful(scenes_of):
    text = INSTANCE.replace(".tscn", ".glb").format("m")
    scenes, doubts = scenes_of({"a.tscn": text + '[node name="A" instance=ExtResource("1")]\n'})
    scenes.scene("res://a.tscn")
    assert doubts == []


def test_a_changed_node_of_a_model_is_not_doubtful(scenes_of):
    text = INSTANCE.replace(".tscn", ".glb").format("m")
    change = '[node name="Arm" parent="{}"]\nvisible = false\n'
    scenes, doubts = scenes_of(
        {
            "inherited.tscn": text + '[node name="A" instance=ExtResource("1")]\n' + change.format("Bones"),
            "below.tscn": text
            + '[node name="A" type="Node"]\n[node name="M" parent="." instance=ExtResource("1")]\n'
            + change.format("M/Bones"),
            "around.tscn": INSTANCE.format("inherited")
            + '[node name="A" type="Node"]\n[node name="I" parent="." instance=ExtResource("1")]\n'
            + change.format("I/Other"),
        }
    )
    for name in ("inherited", "below", "around"):
        scenes.scene(f"res://{name}.tscn")
    assert doubts == []


def test_a_node_next_to_a_model_is_a_doubt(scenes_of):
    text = INSTANCE.replace(".tscn", ".glb").format("m")
    root, model = '[node name="A" type="Node"]\n', '[node name="M" parent="." instance=ExtResource("1")]\n'
    scenes, doubts = scenes_of({"a.tscn": text + root + model + '[node name="C" parent="B"]\n'})
    scenes.scene("res://a.tscn")
    assert len(doubts) == 1


def test_instances_of_instances_end(scenes_of):
    files = {
        f"s{n}.tscn": INSTANCE.format(f"s{n + 1}")
        + '[node name="R" type="Node"]\n'
        + "".join(f'[node name="C{i}" parent="." instance=ExtResource("1")]\n' for i in range(10))
        for n in range(6)
    }
    scenes, doubts = scenes_of(files)
    assert len(scenes.scene("res://s0.tscn").nodes) == MAX_NODES
    assert any("more than" in doubt for doubt in doubts)
