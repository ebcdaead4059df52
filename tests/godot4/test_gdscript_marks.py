from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.godot4.gdscript_marks import read_script, text_of


def names(text):
    return list(read_script(text).marks)


def seen(text):
    return [(each.line, each.text) for each in read_script(text).sightings]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@rpc\nfunc f(): pass", id="bare"),
        pytest.param("@rpc func f(): pass", id="same-line"),
        pytest.param('@rpc("any_peer")\n\n# why\n## what\n@warning_ignore("x")\nfunc f(): pass', id="between"),
        pytest.param('@tool @rpc("any_peer",\n)\nfunc f(): pass', id="over-lines"),
        pytest.param("@rpc\nstatic func f(): pass", id="static"),
        pytest.param("@rpc \\\nfunc f(): pass", id="backslash"),
        pytest.param("@rpc\r\nfunc f():\r\n\tpass\r\n", id="crlf"),
        pytest.param("\ufeff@rpc\nfunc f(): pass", id="byte-order-mark"),
        pytest.param("    @rpc\n    func f(): pass", id="indented-file"),
        pytest.param("var x = [\n'''\n@rpc func g(): pass\n''']\n@rpc func f(): pass", id="text-in-brackets"),
        pytest.param('var x = "a \\" @rpc func g(): pass"\n@rpc func f(): pass', id="escaped-quote"),
        pytest.param('var x = r"\\"\n@rpc func g(): pass\n"\n@rpc func f(): pass', id="raw-text-over-lines"),
        pytest.param("func g():\n\tvar h = func f(): pass\n@rpc\nfunc f(): pass", id="lambda"),
        pytest.param("var x: # why\n\tget:\n\t\treturn 1\n@rpc func f(): pass", id="property"),
    ],
)
def test_finds_the_mark(text):
    assert names(text) == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"""\n@rpc\nfunc f(): pass\n"""', id="in-a-text"),
        pytest.param("# @rpc\nfunc f(): pass", id="in-a-comment"),
        pytest.param("@rpc_not\nfunc f(): pass", id="another-annotation"),
        pytest.param("func f():\n\t@rpc\n\tfunc g(): pass", id="inside-a-method"),
        pytest.param("", id="empty"),
    ],
)
def test_finds_none(text):
    assert names(text) == []


def test_keeps_the_arguments_apart():
    (mark,) = read_script('@rpc("any" + "_peer", CH.ONE)\nfunc f(): pass').marks.values()
    assert [[token.text for token in each] for each in mark.arguments] == [
        ['"any"', "+", '"_peer"'],
        ["CH", ".", "ONE"],
    ]
    assert mark.line == 2


def test_an_inner_class_has_a_list_of_its_own():
    script = read_script("@rpc func a(): pass\nclass In extends Node:\n\t@rpc func b(): pass\n@rpc func c(): pass")
    assert list(script.marks) == ["a", "c"]
    assert list(script.inner["In"].marks) == ["b"]
    assert [token.text for token in script.inner["In"].base] == ["Node"]


def test_a_class_in_a_class_and_the_lines_after_both():
    text = "class A:\n\tclass B:\n\t\t@rpc func b(): pass\n\t@rpc func a(): pass\n@rpc func c(): pass"
    script = read_script(text)
    assert list(script.inner["A"].inner["B"].marks) == ["b"]
    assert list(script.inner["A"].marks) == ["a"]
    assert list(script.marks) == ["c"]


def test_a_class_of_one_line_does_not_include_later_lines():
    script = read_script("class A extends Node: pass\n@rpc func f(): pass")
    assert (list(script.marks), list(script.inner)) == (["f"], ["A"])


def test_knows_the_name_the_base_and_the_methods():
    script = read_script("class_name Player extends CharacterBody2D\nfunc a(): pass\nfunc b(): pass")
    assert (script.class_name, [token.text for token in script.base]) == ("Player", ["CharacterBody2D"])
    assert script.functions == {"a", "b"}


def test_knows_constants_and_members_of_enums():
    script = read_script('const A := "x"\nenum { B, C = 4, D }\nenum E { F }')
    assert {name: value[0].text for name, value in script.constants.items()} == {
        "A": '"x"',
        "B": "0",
        "C": "4",
        "D": "5",
        "E.F": "0",
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param("func f():\n\trpc_config('a', {})", 2, "rpc_config()", id="rpc-config"),
        pytest.param("func f():\n\t$Spawner.spawn_function = make", 2, "spawn_function", id="spawn-function"),
        pytest.param("func f():\n\tset_multiplayer_authority(1)", 2, "authority", id="authority"),
        pytest.param("@rpc\nvar x = 1", 1, "no func follows", id="mark-without-func"),
        pytest.param("class A:\n\t@rpc\nvar x = 1", 2, "no func follows", id="mark-at-the-end-of-a-class"),
        pytest.param("var x = [1, 2\n@rpc func f(): pass", 1, "does not close", id="open-bracket"),
        pytest.param('var x = "abc\n@rpc func f(): pass', 1, "string that does not end", id="open-string"),
        pytest.param("remote func f(): pass", 1, "Godot 3", id="godot-3"),
    ],
)
def test_reports_doubts(text, line, words):
    ((found, why),) = seen(text)
    assert found == line
    assert words in why


def test_a_method_of_that_name_is_not_doubtful():
    assert seen("func rpc_config(): pass") == []


@pytest.mark.parametrize(
    ("token", "text"),
    [
        pytest.param('"a"', "a", id="double"),
        pytest.param("'a'", "a", id="single"),
        pytest.param('&"a"', "a", id="string-name"),
        pytest.param('"""a"""', "a", id="long"),
        pytest.param('"a\\n\\"b"', 'a\n"b', id="escapes"),
        pytest.param('r"a\\n"', "a\\n", id="raw"),
    ],
)
def test_a_string_token_means(token, text):
    (argument,) = read_script(f"@rpc({token})\nfunc f(): pass").marks["f"].arguments
    assert text_of(argument[0]) == text


PIECES = st.sampled_from(
    ["@rpc", "(", ")", '"', "'", '"""', "func f", ":", "\n", "\t", "class A", "extends", "\\", "#", "{", "}", ",", " "]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_no_text_raises(text):
    read_script(text)
