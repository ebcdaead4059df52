"""`python -m demos.godot4`, as `make demo-godot4` runs it."""

from __future__ import annotations

import re
import shutil

import pygame
import pytest

from demos.godot4.companions import Companions, NoGodot
from tests.support.godot4_engine import require_godot4


def test_without_a_display_four_play_on_a_godot_server_and_a_picture_is_saved(run_demo, tmp_path):
    require_godot4()
    picture = tmp_path / "arena-godot4.png"

    done = run_demo(
        "-m", "demos.godot4", "--headless", "--players", "4", "--seconds", "4", "--screenshot", str(picture)
    )

    assert (done.returncode, done.stderr) == (0, "")
    *_, last, saved, summary = done.stdout.splitlines()
    assert re.search(r" 4 pilots  round trip +\d.* [1-9]\d* in +[1-9]\d* out .* joined ws://127\.0\.0\.1:\d+", last)
    assert saved == f"saved {picture}"
    assert summary.startswith("poll(): longest ")
    assert pygame.image.load(picture).get_size() == (1280, 720)


def test_without_godot_it_names_the_installer(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(NoGodot, match=r"bash \.ci/install-godot4"):
        Companions(0)
