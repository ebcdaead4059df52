"""The command line is read as its help says."""

from __future__ import annotations

import pytest

from wsclient.cli.options import ExitCode, Options, parse

URL = "ws://host"


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        pytest.param([], {}, id="url-alone"),
        pytest.param(["--protocol", "a", "--protocol", "b"], {"protocols": ["a", "b"]}, id="protocols"),
        pytest.param(["--header", "A: 1", "--header", "B: 2"], {"headers": ["A: 1", "B: 2"]}, id="headers"),
        pytest.param(["--insecure"], {"insecure": True}, id="insecure"),
        pytest.param(["--cert", "own.pem"], {"cert": "own.pem"}, id="cert"),
        pytest.param(["--ping", "--interval", "0.5"], {"ping": True, "interval": 0.5}, id="ping"),
        pytest.param(["--listen", "3"], {"listen": 3}, id="listen"),
        pytest.param(["--timeout", "2"], {"timeout": 2.0}, id="timeout"),
        pytest.param(["--json", "--stats"], {"json": True, "stats": True}, id="json-stats"),
    ],
)
def test_reads(arguments, options):
    assert parse([*arguments, URL]) == Options(url=URL, **options)


def test_an_option_of_one_call_is_gone_in_the_next():
    parse(["--protocol", "a", URL])

    assert parse([URL]).protocols == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-url"),
        pytest.param(["--listen", "0", URL], id="listen-to-nothing"),
        pytest.param(["--listen", "x", URL], id="no-number"),
        pytest.param(["--timeout", "-1", URL], id="negative"),
        pytest.param(["--timeout", "nan", URL], id="nan"),
        pytest.param(["--interval", "inf", URL], id="infinite"),
        pytest.param(["--list", "3", URL], id="abbreviated"),
    ],
)
def test_refuses(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        parse(arguments)

    assert exit_.value.code == ExitCode.USAGE
    assert "usage: wsclient" in capsys.readouterr().err


def test_the_help_lists_each_exit_code(capsys):
    with pytest.raises(SystemExit) as exit_:
        parse(["--help"])
    told = capsys.readouterr().out.partition("exit codes:")[2]

    assert exit_.value.code == 0
    assert {line.split()[0] for line in told.splitlines() if line[2:3].isdigit()} == {
        str(code) for code in map(int, ExitCode)
    }
