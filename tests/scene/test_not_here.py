from __future__ import annotations

import pytest

from wsclient.scene.node import Node
from wsclient.scene.not_here import ADVICE, advice_for


@pytest.mark.parametrize("name", sorted(ADVICE))
def test_f2_advice_is_for_what_a_node_does_not_have(name):
    assert not hasattr(Node(), name)
    assert advice_for("Player", name).startswith(f"'Player' object has no attribute '{name}'. Of Godot's Node")


def test_a_name_without_advice_is_missing_in_pythons_words():
    assert advice_for("Player", "x") == "'Player' object has no attribute 'x'"
