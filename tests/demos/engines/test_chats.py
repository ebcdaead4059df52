"""Runs each recipe as a user does, on a real display.

It chats, shows what it receives, and ends when Escape is pressed.

`WSCLIENT_PICTURES=docs/images/engines pytest tests/demos/engines` takes the pictures of the gallery again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pygame
import pytest

from demos import engines
from tests.demos.conftest import serving
from tests.support.driving import RecordingClient, drive
from tests.support.programs import require_module
from tests.support.source import ROOT
from tests.support.x_display import XDisplay

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is for Linux"),
    pytest.mark.timeout(120),  # an engine's first start takes its time on a busy machine
]

FOLDER = Path(engines.__path__[0])
PATIENCE = 60.0  # seconds
NOTICEABLE = 40  # pixels that differ: some letters; a cursor that blinks has less

# The module that each needs.
WINDOWED = {
    "pygame": "pygame",
    "arcade": "arcade",
    "pyglet": "pyglet",
    "raylib": "pyray",
    "panda3d": "panda3d",
    "ursina": "ursina",
    "tkinter": "tkinter",
    "qt": "PySide6",
}
IN_A_TERMINAL = ("asyncio", "loop")


@pytest.fixture
def room() -> Iterator[str]:
    """The URL of the room that the recipes name, on a free port."""
    with serving("demos.engines.server", "0") as (url, _):
        yield url


@pytest.fixture
def guest(room: str) -> Iterator[RecordingClient]:
    """Somebody else in the room."""
    with RecordingClient() as client:
        client.connect_to_url(room)
        client.drive_until_open()
        yield client


@pytest.fixture
def display(tmp_path: Path) -> Iterator[XDisplay]:
    with XDisplay.running(tmp_path) as shown:
        yield shown


@contextmanager
def chatting(name: str, url: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"demos.engines.chat_{name}", url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        command, cwd=ROOT, text=True, env=(environment or os.environ.copy()) | {"PYTHONUNBUFFERED": "1"}, **pipes
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def hears(guest: RecordingClient, line: str) -> None:
    """Waits until that message has been sent."""
    drive(guest, lambda: line in guest.data, PATIENCE)


@pytest.mark.parametrize(("name", "module"), WINDOWED.items(), ids=WINDOWED)
def test_chats_in_a_window(name: str, module: str, room: str, guest: RecordingClient, request) -> None:
    require_module(module)
    display: XDisplay = request.getfixturevalue("display")
    with chatting(name, room, display.environment) as program:
        drive(guest, lambda: guest.data, PATIENCE)
        assert str(guest.data[0]).endswith("is here")
        silent = _settled(display, guest)

        guest.send_text("And who are you?")
        talking = _settled(display, guest, than=silent)

        display.type("a player")
        typed = _settled(display, guest, than=talking)
        display.press("Return")
        hears(guest, "a player")
        answered = _settled(display, guest, than=typed)
        _keep(answered, name)

        display.press("Escape")
        assert program.wait(PATIENCE) == 0, program.stdout.read()


@pytest.mark.parametrize("name", IN_A_TERMINAL)
def test_chats_in_a_terminal(name: str, room: str, guest: RecordingClient) -> None:
    with chatting(name, room) as program:
        drive(guest, lambda: guest.data, PATIENCE)
        assert program.stdout.readline() == f"{guest.data[0]}\n"

        guest.send_text("And who are you?")
        assert program.stdout.readline() == "And who are you?\n"

        program.stdin.write("a player\n")
        program.stdin.flush()
        hears(guest, "a player")
        program.stdin.close()
        assert program.stdout.read() == "a player\nThe chat is over.\n"
        assert program.wait(PATIENCE) == 0
    _keep(_terminal(name, [*map(str, guest.data), "The chat is over."]), name)


def test_every_recipe_is_tried() -> None:
    recipes = {path.stem.removeprefix("chat_") for path in FOLDER.glob("chat_*.py")}

    assert recipes == {*WINDOWED, *IN_A_TERMINAL}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("chat_*.py")), ids=lambda path: path.stem)
def test_a_recipe_is_short_and_explains_how_to_run_it(path: Path) -> None:
    _, docstring, code = path.read_text(encoding="utf-8").split('"""', 2)

    assert f"python -m demos.engines.{path.stem}" in docstring
    assert len([line for line in code.splitlines() if line.strip()]) < 40


def _settled(display: XDisplay, guest: RecordingClient, than: pygame.Surface | None = None) -> pygame.Surface:
    """Waits until the display has changed, and looks the same twice in a row."""
    end = time.monotonic() + PATIENCE
    last = display.picture()
    while time.monotonic() < end:
        ends_look = time.monotonic() + 0.2
        drive(guest, lambda ends_look=ends_look: time.monotonic() > ends_look)
        shown = display.picture()
        is_new = _differing(shown, than) > NOTICEABLE if than else len(set(pygame.image.tobytes(shown, "RGB"))) > 1
        if is_new and _differing(shown, last) <= NOTICEABLE:
            return shown
        last = shown
    pytest.fail("nothing new is seen")


def _differing(one: pygame.Surface, other: pygame.Surface) -> int:
    """How many pixels are not the same."""
    alike = pygame.mask.from_threshold(one, (0, 0, 0), (4, 4, 4, 255), other)
    return one.get_width() * one.get_height() - alike.count()


def _terminal(name: str, lines: list[str]) -> pygame.Surface:
    """Draws what a terminal shows."""
    pygame.font.init()
    font = pygame.font.Font(None, 24)
    picture = pygame.Surface((640, 180))
    for row, line in enumerate([f"$ python -m demos.engines.chat_{name}", *lines]):
        picture.blit(font.render(line, True, "white" if row else "palegreen"), (12, 12 + 26 * row))
    return picture


def _keep(picture: pygame.Surface, name: str) -> None:
    if folder := os.environ.get("WSCLIENT_PICTURES"):
        pygame.image.save(picture, ROOT / folder / f"{name}.png")
