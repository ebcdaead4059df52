"""Paths of nodes, from text and from names."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given

from tests.variant.strategies import node_paths
from wsclient.variant import NodePath


@pytest.mark.parametrize(
    ("text", "names", "subnames", "absolute"),
    [
        pytest.param("", (), (), False, id="empty"),
        pytest.param("/", (), (), True, id="root"),
        pytest.param("a/b", ("a", "b"), (), False, id="relative"),
        pytest.param("/root/Main", ("root", "Main"), (), True, id="absolute"),
        pytest.param("a//b/", ("a", "b"), (), False, id="empty-pieces"),
        pytest.param("../..", ("..", ".."), (), False, id="up"),
        pytest.param("a:x", ("a",), ("x",), False, id="property"),
        pytest.param("a:x:y", ("a",), ("x", "y"), False, id="property-of-a-property"),
        pytest.param(":x", (), ("x",), False, id="own-property"),
        pytest.param("/:x", (), ("x",), True, id="root-property"),
        pytest.param("a:x/y", ("a",), ("x/y",), False, id="slash-in-a-property"),
        pytest.param("a:", ("a",), (), False, id="colon-at-the-end"),
        pytest.param("a:x:", ("a",), ("x",), False, id="second-colon-at-the-end"),
    ],
)
def test_text_is_taken_apart(text: str, names: tuple[str, ...], subnames: tuple[str, ...], absolute: bool) -> None:
    path = NodePath(text)

    assert (path.names, path.subnames, path.is_absolute()) == (names, subnames, absolute)


@pytest.mark.parametrize("text", ["a::b", "a::", "::", ":x::y"])
def test_an_empty_name_between_colons_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an empty name between colons"):
        NodePath(text)


@pytest.mark.parametrize("text", ["", "/", "a/b", "/root/Main:visible", ":position:y", "../.."])
def test_it_is_text_again(text: str) -> None:
    assert str(NodePath(text)) == text
    assert repr(NodePath(text)) == f"NodePath({text!r})"


@given(node_paths)
def test_its_representation_is_the_code_that_makes_it(path: NodePath) -> None:
    assert eval(repr(path), {"NodePath": NodePath}) == path


def test_names_may_have_characters_that_text_cannot_have() -> None:
    path = NodePath.from_names(["a/b", ""], ["x:y"])

    assert path.names == ("a/b", "")
    assert path != NodePath(str(path))
    assert repr(path) == "NodePath.from_names(('a/b', ''), ('x:y',), absolute=False)"
    assert "from_names" in repr(NodePath.from_names(["a"], ["", "x"]))


@pytest.mark.parametrize(
    ("path", "is_empty"),
    [
        pytest.param(NodePath(), True, id="empty"),
        pytest.param(NodePath("/"), False, id="root"),
        pytest.param(NodePath("a"), False, id="name"),
        pytest.param(NodePath(":x"), False, id="property"),
    ],
)
def test_only_a_path_to_nowhere_is_empty(path: NodePath, is_empty: bool) -> None:
    assert path.is_empty() is is_empty


def test_it_equals_its_own_type_by_value() -> None:
    assert NodePath("a//b") == NodePath("a/b") == NodePath.from_names(["a", "b"])
    assert NodePath("/a") != NodePath("a")
    assert NodePath("a:b") != NodePath("a/b")
    assert NodePath("a") != "a"
    assert len({NodePath("a"), NodePath("a/"), NodePath("b")}) == 2


@given(node_paths)
def test_it_can_be_copied_and_pickled(path: NodePath) -> None:
    assert copy.copy(path) == copy.deepcopy(path) == pickle.loads(pickle.dumps(path)) == path


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        NodePath("a").names = ()  # type: ignore[misc]
