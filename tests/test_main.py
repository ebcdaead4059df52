"""`python -m wsclient` against a real server: what it prints, and how it exits."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys

import pytest

import wsclient
from tests.support.driving import drive
from tests.support.source import ROOT
from tests.support.tls import authority
from tests.support.websockets_server import running
from wsclient import WebSocketClient
from wsclient.__main__ import main
from wsclient.cli.options import ExitCode

COMMAND = [sys.executable, "-m", "wsclient"]


@pytest.fixture(scope="module")
def url():
    with running() as port:
        yield f"ws://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """Returns the URL of a server, and the file with its authority's certificate.

    None of the usual roots has signed it.
    """
    folder = tmp_path_factory.mktemp("tls")
    authority().cert_pem.write_to_path(folder / "authority.pem")
    authority().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    with running(folder / "server.pem") as port:
        yield f"wss://127.0.0.1:{port}", str(folder / "authority.pem")


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=50, check=False)


def events(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_sends_typed_lines_and_shows_messages(url):
    done = run("--listen", "2", url, typed="hello\nworld")

    assert (done.returncode, done.stderr) == (ExitCode.DONE, "")
    first, *messages, last = (line.split(" ", 1)[1] for line in done.stdout.splitlines())
    assert first == f"* connected to 127.0.0.1 port {url.rpartition(':')[2]}"
    assert [each for each in messages if each[0] == ">"] == [">      5 text   hello", ">      5 text   world"]
    assert [each for each in messages if each[0] == "<"] == ["<      5 text   hello", "<      5 text   world"]
    assert last == "* closed: code 1000"


def test_a_script_reads_json_and_the_server_gets_the_options(url):
    done = run("--json", "--listen", "1", "--protocol", "chat.v1", "--header", "X-Token: 7", f"{url}/headers")
    opened, received, _closed = events(done.stdout)

    assert opened["protocol"] == "chat.v1"
    assert ["X-Token", "7"] in json.loads(str(received["text"]))["headers"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot be sent Ctrl-C alone")
def test_ctrl_c_closes_with_going_away(url):
    with subprocess.Popen([*COMMAND, "--json", url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["event"] == "opened"
        child.send_signal(signal.SIGINT)
        told = json.loads(child.stdout.readline())

    assert (told["event"], told["clean"], told["code"]) == ("closed", True, 1001)
    assert child.returncode == ExitCode.INTERRUPTED


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_ends_quietly_if_its_output_is_not_read(url):
    command = [*COMMAND, "--listen", "9", url]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.close()
        child.stdin.write(b"hello\n")
        child.stdin.flush()
        child.wait(30)
        assert child.stderr is not None
        assert child.stderr.read() == b""

    assert child.returncode == ExitCode.ENDED_BADLY


# In this process, whose standard input pytest has ended.


def test_the_end_of_the_input_closes_it(url, capsys):
    assert main([url]) == ExitCode.DONE
    assert capsys.readouterr().out.endswith(" * closed: code 1000\n")


def test_round_trips_are_measured(url, capsys):
    assert main(["--json", "--ping", "--interval", "0.02", "--listen", "2", url]) == ExitCode.DONE
    told = events(capsys.readouterr().out)

    assert [each["event"] for each in told] == ["opened", "round_trip", "round_trip", "closed", "round_trips"]
    assert 0 < told[-1]["minimum"] <= told[-1]["maximum"] < 20


def test_a_departing_server_is_reported(url, capsys):
    assert main(["--listen", "1", f"{url}/stream?n=0"]) == ExitCode.ENDED_BADLY
    assert capsys.readouterr().out.endswith(" * closed: code 1000\n")


def test_a_missing_server_is_reported(capsys):
    assert main(["ws://127.0.0.1:1"]) == ExitCode.NOT_CONNECTED
    assert " ! 127.0.0.1:1 refused the connection." in capsys.readouterr().out


def test_a_wrong_argument_is_reported_once(capfd):
    assert main(["--header", "no colon", "ws://127.0.0.1:1"]) == ExitCode.USAGE
    shown = capfd.readouterr()

    assert len(shown.out.splitlines()) == 1
    assert shown.err == ""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param([], ExitCode.NOT_CONNECTED, id="unknown"),
        pytest.param(["--insecure"], ExitCode.DONE, id="insecure"),
        pytest.param(["--cert"], ExitCode.DONE, id="cert"),
    ],
)
def test_a_certificate_is_checked_by_default(options, code, secure):
    url, certificate = secure

    assert main([*options, *([certificate] if "--cert" in options else []), url]) == code


def test_nothing_is_left_behind(url):
    before = signal.getsignal(signal.SIGINT), list(logging.getLogger("wsclient").handlers)
    main([url])

    assert (signal.getsignal(signal.SIGINT), list(logging.getLogger("wsclient").handlers)) == before


def test_a_second_ctrl_c_does_not_wait(url, monkeypatch):
    def interrupt_twice(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("wsclient.cli.console.SelectedConsole.wait", interrupt_twice)

    assert main(["--listen", "1", url]) == ExitCode.INTERRUPTED


def test_the_version_is_shown(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wsclient {wsclient.__version__}\n"


def test_connect_is_the_default_command(capsys):
    assert main(["connect", "--timeout", "20", "ws://127.0.0.1:1"]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().out


def test_examples_are_listed(capsys):
    assert main(["examples"]) == 0
    assert "demos.minimal" in capsys.readouterr().out


def test_a_server_is_started_and_ends_at_ctrl_c():
    command = [sys.executable, "-m", "wsclient", "serve", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as program:
        url = program.stdout.readline().split()[2]
        with WebSocketClient() as client:
            client.connect_to_url(url)
            drive(client, lambda: client.get_connection_status() == client.CONNECTION_CONNECTED)
            client.send_text("hello")
            drive(client, client.get_available_packet_count)
            assert client.get_message() == "hello"
            program.send_signal(signal.SIGINT)
            drive(client, lambda: client.close_code == 1001)
        assert program.wait(20) == 0
