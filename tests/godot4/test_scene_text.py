from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.godot4.scene_text import Call, SceneTextError, read_sections, read_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('"a\\"b\\u00e9\\n"', 'a"bé\n', id="string"),
        pytest.param('&"name"', "name", id="string-name"),
        pytest.param('^"a/b"', "a/b", id="node-path"),
        pytest.param("12", 12, id="int"),
        pytest.param("-1.5e-3", -0.0015, id="float"),
        pytest.param("0xff", 255, id="hexadecimal"),
        pytest.param("inf", float("inf"), id="inf"),
        pytest.param("-inf", float("-inf"), id="negative-inf"),
        pytest.param("inf_neg", float("-inf"), id="inf-neg"),
        pytest.param("true", True, id="true"),
        pytest.param("null", None, id="null"),
        pytest.param("[1, [2,], ]", [1, [2]], id="array"),
        pytest.param('{ "a": 1, 2: {} }', {"a": 1, 2: {}}, id="dictionary"),
        pytest.param("Vector2(1, -2)", Call("Vector2", (1, -2)), id="constructor"),
        pytest.param("PackedStringArray()", Call("PackedStringArray", ()), id="empty-packed-array"),
        pytest.param('Array[String](["a"])', Call("Array", (["a"],)), id="typed-array"),
        pytest.param('Dictionary[int, ExtResource("1")]({1: 2})', Call("Dictionary", ({1: 2},)), id="typed-dictionary"),
        pytest.param('ExtResource("1_ab")', Call("ExtResource", ("1_ab",)), id="resource"),
        pytest.param("  5 ; why", 5, id="comment"),
    ],
)
def test_reads_a_value(text, value):
    assert read_value(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "[1", '"a', "{1}", "Vector2(1", "1 2", "?", "[" * 200, "{" * 200, "[1 2]"],
    ids=repr,
)
def test_other_text_than_a_value_is_an_error(text):
    with pytest.raises(SceneTextError):
        read_value(text)


def test_reads_headers_and_lines():
    text = '[gd_scene format=3 uid="uid://a"]\n\n[node name="A b" groups=["x", "y]"] parent="."]\nposition = 1\n'
    (_, head, node), doubts = read_sections(text)
    assert doubts == []
    assert (head.kind, head.word("uid"), head.attribute("format")) == ("gd_scene", "uid://a", 3)
    assert (node.word("name"), node.attribute("groups"), node.word("parent")) == ("A b", ["x", "y]"], ".")
    assert (node.values, node.value("position"), node.line) == ({"position": "1"}, 1, 3)


def test_a_value_may_go_over_lines():
    (_, section), doubts = read_sections('[a]\nx = {\n"k": [\n1, "]\n[b]"\n]\n}\ny = 2\n')
    assert doubts == []
    assert section.value("x") == {"k": [1, "]\n[b]"]}
    assert section.value("y") == 2


def test_lines_above_the_first_header_count():
    (top,), _ = read_sections("; comment\nconfig_version=5\n")
    assert top.value("config_version") == 5


def test_a_key_may_be_quoted():
    (_, section), _ = read_sections('[a]\n"key with = sign"=1\n')
    assert section.values == {"key with = sign": "1"}


def test_a_value_that_cannot_be_read_harms_no_other():
    (_, section), doubts = read_sections("[a]\nx = <?>(\n)\ny = 2\n")
    assert (section.value("y"), doubts) == (2, [])
    with pytest.raises(SceneTextError):
        section.value("x")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param("[a]\nnonsense\nx = 1", 2, "nonsense", id="no-key"),
        pytest.param('[a]\nx = "abc\ny = 1', 2, "does not end", id="open-string"),
        pytest.param("[a]\nx = [1,\ny = 2", 2, "does not end", id="open-bracket"),
        pytest.param('[a name="b"\nx = 1', 1, "does not end", id="open-header"),
    ],
)
def test_says_what_was_stepped_over(text, line, words):
    _, ((found, why),) = read_sections(text)
    assert found == line
    assert words in why


def test_reading_goes_on_after_an_invalid_line():
    (_, section), _ = read_sections("[a]\nnonsense\nx = 1")
    assert section.value("x") == 1


PIECES = st.sampled_from(
    ["[", "]", "(", ")", "{", "}", '"', "=", "\n", ";", ",", ":", "\\", "a", "1", "&", " ", "node"]
)


@given(st.lists(PIECES | st.text(max_size=2), max_size=40).map("".join))
def test_no_text_raises(text):
    for section in read_sections(text)[0]:
        for name in section.values:
            with suppress(SceneTextError):
                section.value(name)
