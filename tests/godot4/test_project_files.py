from __future__ import annotations

import pytest

from tests.support.godot4_project import write_project
from wsclient.godot4.project_files import MAX_TEXT, ProjectFiles


@pytest.fixture
def files_of(tmp_path):
    def make(files):
        return ProjectFiles(write_project(tmp_path, files))

    return make


@pytest.mark.parametrize(
    ("path", "relative_to", "named"),
    [
        pytest.param("res://a/b.gd", "", "res://a/b.gd", id="res"),
        pytest.param("a/b.gd", "", "res://a/b.gd", id="from-the-root"),
        pytest.param("b.gd", "res://a/c.gd", "res://a/b.gd", id="beside"),
        pytest.param("../b.gd", "res://a/c.gd", "res://b.gd", id="above"),
        pytest.param("uid://of0scene", "", "res://a.tscn", id="uid-of-a-scene"),
        pytest.param("uid://of0script", "", "res://a.gd", id="uid-of-a-script"),
        pytest.param("uid://of0model", "", "res://a.glb", id="uid-of-an-import"),
        pytest.param("uid://of0nobody", "", "", id="uid-of-nobody"),
    ],
)
def test_names_a_path(files_of, path, relative_to, named):
    files = files_of(
        {
            "a.tscn": '[gd_scene format=3 uid="uid://of0scene"]\n',
            "a.gd.uid": "uid://of0script\n",
            "a.glb.import": '[remap]\n\nimporter="scene"\nuid="uid://of0model"\n',
        }
    )
    assert files.named(path, relative_to) == named


def test_files_hidden_from_the_editor_are_not_listed(files_of):
    files = files_of({"a.gd": "", ".godot/b.gd": "", "c/.gdignore": "", "c/d.gd": "", "e/f.gd": ""})
    assert files.all_of(".gd") == ["res://a.gd", "res://e/f.gd"]


def test_templates_of_scripts_are_not_listed(files_of):
    files = files_of({"a.gd": "", "script_templates/Node/b.gd": "extends _BASE_\n", "c/script_templates/d.gd": ""})
    assert files.all_of(".gd") == ["res://a.gd", "res://c/script_templates/d.gd"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("res://missing.gd", "cannot be read", id="missing"),
        pytest.param("res://../outside.gd", "not a path in the project", id="outside"),
        pytest.param("/etc/passwd", "not a path in the project", id="absolute"),
        pytest.param("res:///etc/passwd", "not a path in the project", id="absolute-behind-res"),
        pytest.param("res://a.scn", "binary scene", id="scn"),
        pytest.param("res://a.gdc", "compiled script", id="gdc"),
        pytest.param("res://a.pck", "exported game", id="pck"),
        pytest.param("res://folder", "cannot be read", id="folder"),
        pytest.param("res://a\0b.gd", "cannot be read", id="nul"),
    ],
)
def test_an_unreadable_file_is_a_doubt(files_of, path, words):
    files = files_of({"folder/a.gd": ""})
    assert files.text(path) is None
    (doubt,) = files.doubts
    assert words in doubt
    assert doubt.isprintable()


def test_a_binary_file_with_a_name_of_text_is_a_doubt(files_of, tmp_path):
    files = files_of({})
    (tmp_path / "a.tscn").write_bytes(b"RSRC\0\0\0\0")
    assert files.text("res://a.tscn") is None
    assert "is binary" in files.doubts[0]


def test_bytes_of_invalid_text_are_replaced_and_doubted(files_of, tmp_path):
    files = files_of({})
    (tmp_path / "a.gd").write_bytes(b"# \xff\n@rpc func f(): pass\n")
    assert list(files.script("res://a.gd").marks) == ["f"]
    assert "not UTF-8" in files.doubts[0]


def test_a_file_is_never_read_as_a_whole(files_of, tmp_path):
    files = files_of({})
    with (tmp_path / "a.gd").open("wb") as file:
        file.truncate(MAX_TEXT + 1)
    assert files.text("res://a.gd") is None
    assert "larger" in files.doubts[0]


def test_c_sharp_is_a_doubt(files_of):
    files = files_of({"a.cs": "[Rpc] void F() {}"})
    assert files.script("res://a.cs") is None
    assert "is C#" in files.doubts[0]


def test_finds_classes_by_name_and_doubts_a_name_of_two(files_of):
    files = files_of({"a.gd": "class_name A", "b.gd": "class_name A", "c.gd": "class_name C"})
    assert [files.path_of_class(name) for name in ("A", "C", "D")] == ["res://a.gd", "res://c.gd", None]
    assert "class_name of res://a.gd" in files.doubts[0]


def test_a_doubt_is_reported_once(files_of):
    files = files_of({})
    files.text("res://a.gd")
    files.text("res://a.gd")
    assert len(files.doubts) == 1
