"""`python -m demos.arena`, as `make demo` runs it."""

from __future__ import annotations

import pygame
import pytest


def test_without_a_display_it_plays_saves_a_picture_and_sums_up(run_demo, tmp_path):
    picture = tmp_path / "arena.png"

    done = run_demo("-m", "demos.arena", "--headless", "--players", "4", "--seconds", "2", "--screenshot", str(picture))

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "connected to ws://127.0.0.1:" in next(line for line in lines if " pilots " in line)
    assert lines[-2] == f"saved {picture}"
    assert lines[-1].startswith("poll(): longest ")
    shot = pygame.image.load(picture)
    assert shot.get_size() == (1280, 720)
    assert len({tuple(shot.get_at((x, 400))) for x in range(1280)}) > 20  # something was drawn


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(["--players", "0"], "at least 1", id="no-players"),
        pytest.param(["--name", "A" * 13], "from 1 to 12 characters", id="long-name"),
        pytest.param(["--name", ""], "from 1 to 12 characters", id="no-name"),
    ],
)
def test_options_that_cannot_be_are_refused(run_demo, arguments, complaint):
    done = run_demo("-m", "demos.arena", *arguments)

    assert done.returncode == 2
    assert complaint in done.stderr


def test_a_server_that_is_not_there_does_not_stop_the_game(run_demo, tmp_path):
    picture = tmp_path / "alone.png"

    done = run_demo(
        *("-m", "demos.arena", "--headless", "--join", "ws://127.0.0.1:1"),
        *("--seconds", "0.4", "--screenshot", str(picture)),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 pilots" in done.stdout
    assert "no connection, attempt " in done.stdout
    assert picture.exists()


def test_it_hosts_the_game_in_its_own_process(run_demo, tmp_path):
    picture = tmp_path / "host.png"

    done = run_demo(
        *("-m", "demos.arena", "--host", "--port", "0", "--headless"),
        *("--seconds", "1.5", "--screenshot", str(picture)),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "others join: python -m demos.arena --join ws://127.0.0.1:" in done.stdout
    assert "connected to ws://127.0.0.1:" in done.stdout
