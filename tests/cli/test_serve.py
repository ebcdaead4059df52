"""`wsclient serve`: echoes or broadcasts, and says who comes and goes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting
from wsclient.cli.options import ExitCode
from wsclient.cli.serve import Service, serve

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    hosting = Hosting()
    yield hosting
    hosting.close()


def test_it_echoes_each_kind_to_its_sender(hosting: Hosting) -> None:
    output = io.StringIO()
    Service(hosting.server, output, is_broadcasting=False)
    first, second = hosting.opened("/room"), hosting.opened()
    first.send_text("hello")
    first.put_packet(b"\x00")
    hosting.settle()

    assert [first.get_message(), first.get_message()] == ["hello", b"\x00"]
    assert second.get_message() is None
    assert "asks for /room" in output.getvalue()


def test_it_relays_messages(hosting: Hosting) -> None:
    Service(hosting.server, io.StringIO(), is_broadcasting=True)
    clients = [hosting.opened() for _ in range(2)]
    clients[0].send_text("hello")
    hosting.settle()

    assert [client.get_message() for client in clients] == ["hello", "hello"]


def test_it_reports_arrivals_and_departures(hosting: Hosting) -> None:
    output = io.StringIO()
    Service(hosting.server, output, is_broadcasting=False)
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    client.disconnect_from_host(4000, "bye")
    hosting.settle()

    assert f"{client_id} connected\n{client_id} disconnected, code 4000 (bye)\n" in output.getvalue()


def test_it_listens_until_it_is_interrupted() -> None:
    output, asked = io.StringIO(), iter([False, False, True])

    assert serve(["0"], output, lambda: next(asked)) == ExitCode.DONE
    assert output.getvalue().startswith("echoing on ws://127.0.0.1:")


def test_a_taken_port_is_reported(hosting: Hosting) -> None:
    output = io.StringIO()

    assert serve([str(hosting.server.get_local_port())], output, lambda: True) == ExitCode.NOT_CONNECTED
    assert "Another program listens there" in output.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["99999"], "from 0 to 65535", id="port"),
        pytest.param(["0", "--cert", "a.pem"], "need each other", id="no-key"),
        pytest.param(["0", "--cert", "/nope", "--key", "/nope"], "no file /nope", id="no-file"),
    ],
)
def test_a_wrong_argument_ends_it_with_2(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        serve(arguments, io.StringIO(), lambda: True)

    assert ended.value.code == ExitCode.USAGE
    assert words in capsys.readouterr().err
