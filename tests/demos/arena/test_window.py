"""Tests the game loop with a display, or what SDL uses as one.

It also tests how the program detects that there is none.
"""

from __future__ import annotations

import pygame
import pytest

from demos.arena.game import Game
from demos.arena.hud import Status
from demos.arena.model import Ship
from demos.arena.window import Window, has_display
from demos.custom_peer.loopback_peer import LoopbackPeer

OFF_SCREEN = "offscreen"  # SDL's own invisible display


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    yield
    pygame.quit()


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        pytest.param("WSCLIENT", "", False, id="none"),
        pytest.param("DISPLAY", ":987", False, id="one-that-is-gone"),
        pytest.param("SDL_VIDEODRIVER", "dummy", False, id="dummy"),
        pytest.param("SDL_VIDEODRIVER", OFF_SCREEN, True, id="one-that-works"),
        pytest.param("SDL_VIDEODRIVER", "nonsense", False, id="one-that-does-not-work"),
    ],
)
def test_a_display_is_one_that_works(monkeypatch, variable, value, expected):
    monkeypatch.setenv(variable, value)

    assert has_display() is expected


def test_without_a_display_it_ends_by_itself_and_saves_a_picture():
    window = Window()

    assert window.headless
    assert window.seconds == 10.0
    assert window.screenshot == "arena.png"


def test_with_a_display_it_plays_until_escape_and_saves_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SDL_VIDEODRIVER", OFF_SCREEN)
    frames, pressed = [], []
    window = Window(keys={pygame.K_k: lambda: pressed.append("k")})

    def update():
        frames.append(1)
        key = {2: pygame.K_k, 4: pygame.K_ESCAPE}.get(len(frames))
        if key:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))

    window.play(Game(LoopbackPeer(), Ship("Sam", 45)), lambda: Status(True, "here"), update)

    assert (len(frames), pressed) == (4, ["k"])
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""
