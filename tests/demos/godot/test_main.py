"""`python -m demos.godot`, as `make demo-godot` runs it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys

import pygame
import pytest

from demos.godot.companions import Companions, NoGodot
from tests.support.programs import require_program
from tests.support.source import ROOT

RACES = re.compile(
    # The engine's error when it sends to a player that has just left.
    r'ERROR: put_packet: Condition "!is_connected_to_host\(\)" is true.*\n +At: .*\n'
    # Its errors for the last call of a player that has just left, whose paths it has forgotten.
    r"|ERROR: _process_get_node: Invalid packet received. Requests invalid peer cache.\n +At: .*\n"
    r"ERROR: _process_packet: Invalid packet received. Requested node was not found.\n +At: .*\n"
    # A player's call to all, sent before it hears of another that has just joined. An engine would refuse it there too.
    r"|refused packet \d+, from peer \d+: for the node of path \d+, which it never announced\n"
)

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C and kill are no signals there")


def test_without_a_display_four_play_on_a_godot_server_and_a_picture_is_saved(run_demo, tmp_path):
    require_program("godot3-server")
    picture = tmp_path / "arena-godot.png"

    done = run_demo("-m", "demos.godot", "--headless", "--players", "4", "--seconds", "3", "--screenshot", str(picture))

    assert (done.returncode, RACES.sub("", done.stderr)) == (0, "")
    *_, last, saved, summary = done.stdout.splitlines()
    assert re.search(r" 4 pilots  round trip +\d.* [1-9]\d* in +[1-9]\d* out .* joined ws://127\.0\.0\.1:\d+", last)
    assert saved == f"saved {picture}"
    assert summary.startswith("poll(): longest ")
    assert pygame.image.load(picture).get_size() == (1280, 720)


def test_without_godot_it_names_the_package(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(NoGodot, match="sudo apt install godot3-server"):
        Companions(0)


@needs_signals
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_no_process_outlives_the_game(end):
    require_program("godot3-server")
    command = [sys.executable, "-m", "demos.godot", "--headless", "--players", "2", "--screenshot", os.devnull]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as game:
        for line in game.stdout:
            if "2 pilots" in line:
                break
        game.send_signal(end)
        # Its pipes are its children's too: they end when the last of them has ended.
        out, err = game.communicate(timeout=20.0)

    if end == signal.SIGINT:
        assert (game.returncode, RACES.sub("", err)) == (0, "")
        assert out.splitlines()[-1].startswith("poll(): longest ")
