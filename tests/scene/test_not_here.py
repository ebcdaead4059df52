from __future__ import annotations

import pytest

from wsclient import godot4
from wsclient.scene.node import Node
from wsclient.scene.not_here import ADVICE, ADVICE_4, advice_for


@pytest.mark.parametrize("name", sorted(ADVICE))
def test_f2_advice_is_for_what_a_node_does_not_have(name):
    with pytest.raises(AttributeError) as caught:
        getattr(Node("Player"), name)
    assert str(caught.value) == advice_for("Node", name)
    assert str(caught.value).startswith(f"'Node' object has no attribute '{name}'. Of Godot's Node")


@pytest.mark.parametrize("name", sorted(ADVICE_4))
def test_a_node_of_godot_4_answers_in_its_own_words(name):
    with pytest.raises(AttributeError) as caught:
        getattr(godot4.Node("Player"), name)
    assert ADVICE_4[name] in str(caught.value)
    assert "network_peer" not in str(caught.value)


def test_a_name_without_advice_is_missing_in_pythons_words():
    assert advice_for("Player", "x") == "'Player' object has no attribute 'x'"
