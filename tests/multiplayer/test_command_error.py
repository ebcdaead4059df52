from __future__ import annotations

import pytest

from wsclient.multiplayer.command_error import CommandError, shown
from wsclient.multiplayer.godot3 import commands
from wsclient.multiplayer.godot4 import scene_commands


@pytest.mark.parametrize("decode", [commands.decode, scene_commands.decode], ids=["godot-3", "godot-4"])
def test_both_dialects_raise_it(decode):
    with pytest.raises(CommandError):
        decode(b"")


def test_a_peer_s_text_is_shown_without_control_characters_and_no_longer_than_a_line():
    assert shown("\x1b[2J") == "'\\x1b[2J'"
    assert len(shown("a" * 999)) < 90
