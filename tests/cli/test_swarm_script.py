"""The script of a swarm: a function, or a class."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from wsclient import WebSocketClient
from wsclient.cli import swarm
from wsclient.cli.swarm_script import Script, ScriptError, recorder
from wsclient.testing import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLASS = """
from neighbour import told
class Bot:
    def __init__(self, client, number): told.append(number)
    def on_open(self): told.append("open")
    def on_message(self, message): told.append(message)
    def on_close(self, was_clean): told.append(was_clean)
    def every(self): told.append("every")
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "bot.py"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def client_of(script: Script) -> Iterator[tuple[WebSocketClient, ScriptedServer]]:
    server = ScriptedServer()
    with WebSocketClient(transport=server) as client:
        script.attach(client, 7)
        client.connect_to_url("ws://game.example")
        server.accept()
        client.poll()
        yield client, server


def test_a_class_hears_all_that_it_has_methods_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "neighbour.py").write_text("told = []\n")
    script = Script.load(written(tmp_path, CLASS))
    with client_of(script) as (client, server):
        server.send("hello")
        client.poll()
        server.close()
        client.poll()
    from neighbour import told  # type: ignore[import-not-found]

    assert told == [7, "open", "hello", True]


def test_a_class_has_something_to_do_at_intervals_if_it_says_so() -> None:
    class Bot:
        def __init__(self, client: WebSocketClient, number: int) -> None: ...

        def every(self) -> str:
            return "now"

    every = Script({"Bot": Bot}, "here").attach(WebSocketClient(), 0)

    assert every is not None
    assert every() == "now"


def test_a_function_is_called_with_the_client_and_its_number() -> None:
    told: list[object] = []

    def bot(client: WebSocketClient, number: int) -> None:
        client.data_received.connect(lambda: told.append((number, client.get_message())))

    with client_of(Script({"bot": bot}, "here")) as (client, server):
        server.send("hello")
        client.poll()

    assert told == [(7, "hello")]


def test_messages_that_a_script_does_not_want_do_not_pile_up() -> None:
    with client_of(Script({"bot": lambda client, number: None}, "here")) as (client, server):
        server.send("hello")
        client.poll()

        assert client.get_available_packet_count() == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "defines neither a function bot(client, number) nor a class Bot", id="no-bot"),
        pytest.param("1/0", "cannot be run: ZeroDivisionError: division by zero", id="raises"),
        pytest.param("def", "cannot be run: SyntaxError", id="syntax"),
        pytest.param(None, "cannot be run: FileNotFoundError", id="missing"),
    ],
)
def test_an_unusable_script_is_explained(text: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bot.py" if text is None else written(tmp_path, text)

    with pytest.raises(ScriptError) as caught:
        Script.load(path)
    assert words in str(caught.value)


def test_a_script_records_times_into_the_swarm_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    swarm.record("push", 0.5)  # no swarm runs
    monkeypatch.setattr(recorder, "target", lambda name, seconds: told.append((name, seconds)))
    swarm.record("push", 1)

    assert told == [("push", 1.0)]
    with pytest.raises(TypeError, match="under a name"):
        swarm.record(0.5, "push")  # type: ignore[arg-type]
