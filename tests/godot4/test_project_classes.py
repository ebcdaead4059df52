from __future__ import annotations

import pytest

from wsclient.godot4 import Node, rpc
from wsclient.godot4.project_classes import differences, node_class_of

MARKS = {"hurt": ("any_peer", "call_local"), "wave": ("authority",), "_hide": ()}


class Player(Node):
    @rpc("any_peer", "call_local", "unreliable")
    def hurt(self, by): ...

    @rpc
    def wave(self): ...

    @rpc
    def _hide(self): ...


def test_a_class_that_was_made_has_the_marks():
    made = node_class_of("Player", MARKS)
    assert made.__name__ == "Player"
    assert made().get_rpc_list().checksum == Player().get_rpc_list().checksum
    assert made().hurt(1) is None


def test_a_subclass_writes_the_methods_and_keeps_the_marks():
    class Own(node_class_of("Player", MARKS)):
        def hurt(self, by):
            return by

    assert Own().hurt(5) == 5
    assert differences(Own, "res://player.gd", MARKS) == []


@pytest.mark.parametrize("name", ["1", "class", "", "a b"])
def test_an_invalid_python_name_is_replaced(name):
    assert node_class_of(name, {}).__name__ == "ScriptNode"


def test_a_class_with_the_same_marks_does_not_differ():
    assert differences(Player, "res://player.gd", MARKS) == []


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        pytest.param(
            MARKS | {"fly": ("any_peer",)},
            'Player lacks fly, which res://player.gd marks @rpc("any_peer", "call_remote", "reliable")',
            id="lacks",
        ),
        pytest.param(
            {"hurt": MARKS["hurt"], "wave": ()},
            "Player marks _hide, which res://player.gd does not: the numbers of all others change",
            id="too-much",
        ),
        pytest.param(
            MARKS | {"wave": ("any_peer",)},
            'Player marks wave @rpc("authority", "call_remote", "reliable"), and res://player.gd'
            ' @rpc("any_peer", "call_remote", "reliable")',
            id="rights",
        ),
    ],
)
def test_each_difference_is_a_sentence(marks, sentence):
    assert differences(Player, "res://player.gd", marks) == [sentence]
