"""The one port that serves page and game."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.demos.conftest import serving
from wsclient import WebSocketClient


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<title>page</title>")
    (folder / "draw.mjs").write_text("export {};")
    (folder / "secret.txt").write_text("not served")
    (tmp_path / "outside.html").write_text("not served")
    with serving("demos.web.server", "0", str(folder)) as (url, _):
        yield url, folder


def fetch(url, path):
    address = url.replace("ws:", "http:").removesuffix("/arena")
    with urlopen(address + path, timeout=10) as reply:
        return reply.headers["Content-Type"], reply.read().decode()


def test_it_serves_the_page_and_scripts_by_their_kind(site):
    url, _ = site

    assert fetch(url, "/?name=Sam") == ("text/html; charset=utf-8", "<title>page</title>")
    assert fetch(url, "/draw.mjs") == ("text/javascript", "export {};")


@pytest.mark.parametrize("path", ["/secret.txt", "/../outside.html", "/%2e%2e/outside.html", "/nothing.html"])
def test_it_serves_nothing_else(site, path):
    url, _ = site

    with pytest.raises(HTTPError, match="404"):
        fetch(url, path)


def test_it_keeps_the_reports_of_a_page(site):
    url, folder = site
    with WebSocketClient() as client:
        client.connect_to_url(url.replace("/arena", "/report"))
        client.connection_established.connect(lambda _: (client.put_packet(b"PNG"), client.send_text('{"frames": 7}')))
        over = []
        client.connection_closed.connect(over.append)
        while not over:
            client.poll()

    assert (folder / "page.png").read_bytes() == b"PNG"
    assert json.loads((folder / "report.json").read_text()) == {"frames": 7, "players": []}


def test_it_prints_the_address_of_the_game(site):
    url, _ = site
    with WebSocketClient() as client:
        client.connect_to_url(url.replace("/arena", "/nowhere"))
        over = []
        client.connection_closed.connect(over.append)
        while not over:
            client.poll()
        assert (client.close_code, over) == (4004, [True])
