from __future__ import annotations

import pytest

from tests.support.godot4_project import write_project
from wsclient.godot4.project_files import ProjectFiles
from wsclient.godot4.project_scripts import ProjectScripts


@pytest.fixture
def scripts_of(tmp_path):
    def make(files, autoloads=None):
        project = ProjectFiles(write_project(tmp_path, files))
        return ProjectScripts(project, lambda: autoloads or {}, lambda path: path), project.doubts

    return make


@pytest.mark.parametrize(
    "base",
    [
        pytest.param('extends "res://b.gd"', id="path"),
        pytest.param('extends "b.gd"', id="relative-path"),
        pytest.param("extends Named", id="class-name"),
        pytest.param('const B = preload("res://b.gd")\nextends B', id="preloaded"),
        pytest.param("extends Auto", id="autoload"),
    ],
)
def test_marks_of_the_base_come_first(scripts_of, base):
    files = {"a.gd": f"{base}\n@rpc func own(): pass", "b.gd": "class_name Named\n@rpc func of_base(): pass"}
    scripts, doubts = scripts_of(files, {"Auto": "res://b.gd"})
    assert sorted(scripts.marks("res://a.gd")) == ["of_base", "own"]
    assert doubts == []


def test_a_class_inside_another_script_is_a_base_too(scripts_of):
    files = {"a.gd": 'extends "b.gd".In.Deep', "b.gd": "class In:\n\tclass Deep:\n\t\t@rpc func f(): pass"}
    scripts, _ = scripts_of(files)
    assert list(scripts.marks("res://a.gd")) == ["f"]


def test_words_are_looked_up_at_the_mark(scripts_of):
    files = {
        "a.gd": 'extends "b.gd"\nconst WHO = "authority"',
        "b.gd": 'const WHO = "any_peer"\n@rpc(WHO)\nfunc f(): pass',
    }
    scripts, _ = scripts_of(files)
    assert scripts.words(scripts.marks("res://a.gd")["f"]) == ("any_peer",)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        pytest.param('"any_peer"', ("any_peer",), id="text"),
        pytest.param('"any" + "_peer"', ("any_peer",), id="sum"),
        pytest.param("A", ("any_peer",), id="constant"),
        pytest.param("B", ("any_peer",), id="constant-of-a-constant"),
        pytest.param('"call_local", 1 + N - 1', ("call_local",), id="channel"),
        pytest.param("Other.LOCAL", ("call_local",), id="of-another-class"),
        pytest.param("E.ONE", (), id="of-an-enum"),
    ],
)
def test_words_may_be_constants(scripts_of, argument, words):
    text = f'const A = "any_peer"\nconst B = A\nconst N = 2\nenum E {{ ONE }}\n@rpc({argument})\nfunc f(): pass'
    scripts, doubts = scripts_of({"a.gd": text, "o.gd": 'class_name Other\nconst LOCAL = "call_local"'})
    assert scripts.words(scripts.marks("res://a.gd")["f"]) == words
    assert doubts == []


@pytest.mark.parametrize("argument", ["NOBODY", "Nobody.A", "A", "B + 1.5"])
def test_words_that_cannot_be_made_out_are_a_doubt(scripts_of, argument):
    scripts, doubts = scripts_of({"a.gd": f"const A = B\nconst B = A\n@rpc({argument})\nfunc f(): pass"})
    assert scripts.words(scripts.marks("res://a.gd")["f"]) == ()
    assert any("cannot be determined" in doubt for doubt in doubts)
