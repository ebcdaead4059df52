"""Plays each step of the tutorial against the server that it names.

One or two players take part.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.driving import RecordingClient, drive
from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 40.0  # seconds


@contextmanager
def playing(step: str, names: str, *args: str, until: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.demos.player", step, until, names, *args]
    environment = os.environ | {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as game:
        try:
            yield game
        finally:
            game.kill()


def result(game: subprocess.Popen[str]) -> dict[str, object]:
    """Returns the result that it ended with."""
    output, errors = game.communicate(timeout=PATIENCE)
    assert game.returncode == 0, errors
    return json.loads(output.splitlines()[-1])


@contextmanager
def serving(step: str, port: str = "0") -> Iterator[str]:
    # The same random numbers in each run: one run in a hundred would put a coin on a player.
    program = f"import random, runpy; random.seed(4); runpy.run_module('demos.tutorial.{step}', run_name='__main__')"
    command = [sys.executable, "-c", program, port]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"ws://\S+", server.stdout.readline()).group()
        finally:
            server.kill()


def test_step_1_is_a_window_without_a_network():
    with playing("step1", "me", until="True") as game:
        assert result(game) == {"me": [320, 180]}


def test_step_2_hears_from_the_server(echo_url):
    with playing("step2", "status", echo_url, until="'says' in status") as game:
        assert result(game) == {"status": "The server says: Hello, server!"}


def test_step_3_shows_two_players_to_each_other():
    with (
        serving("step3_server") as url,
        playing("step3", "other", url, until="other") as one,
        playing("step3", "other", url, until="other") as two,
    ):
        assert result(one) == result(two) == {"other": [320, 180]}


def test_step_4_has_a_server_that_counts():
    with (
        serving("step4_server") as url,
        RecordingClient() as rival,
        playing("step4", "world", url, until="world['others'] and world['others'][0]['score']") as game,
    ):
        rival.connect_to_url(url)
        drive(rival, lambda: rival.data)
        rival.send_text("[320, 90]")  # the place of the first coin
        drive(rival, lambda: json.loads(rival.data[-1])["score"] == 1)
        coin = json.loads(rival.data[-1])["coin"]

        world = result(game)["world"]
        assert world["coin"] == coin
        assert world["score"] == 0
        assert world["others"] == [{"x": 320, "y": 90, "score": 1}]


@pytest.mark.parametrize("cheat", ["[1e9, 0]", "[NaN, 0]", "{}", "hello", "[1]"])
def test_step_4_has_a_server_that_shows_cheats_the_door(cheat):
    with serving("step4_server") as url, RecordingClient() as rival:
        rival.connect_to_url(url)
        rival.drive_until_open()
        rival.send_text(cheat)
        rival.drive_to_the_end()

        assert (rival.close_code, rival.close_reason) == (4000, "That was not a position.")


def test_step_5_says_why():
    with serving("step4_server") as url:
        pass
    with playing("step5", "status", url, until="'refused' in status") as game:
        assert "refused the connection." in str(result(game)["status"])


def test_step_5_plays_on_when_the_server_is_back():
    there_again = "not status and world['coin'] == [320, 90]"
    with socket.create_server(("127.0.0.1", 0)) as broken:
        broken.settimeout(PATIENCE)
        port = str(broken.getsockname()[1])
        with playing("step5", "world", f"ws://127.0.0.1:{port}", until=there_again) as game:
            broken.accept()[0].close()
            broken.close()
            with serving("step4_server", port):
                assert result(game)["world"]["score"] == 0


def test_the_tutorial_shows_every_step():
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    steps = list((ROOT / "demos" / "tutorial").glob("step*.py"))

    assert len(steps) == 7
    assert [path.name for path in steps if f'"demos/tutorial/{path.name}' not in text] == []
