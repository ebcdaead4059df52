"""Tests five servers of different kinds in each run.

`python -m tests.interop.servers` asks all of them.
"""

from __future__ import annotations

import pytest

from tests.interop.servers.battery import CHECKS, ask
from tests.interop.servers.conversations import SPEAKERS
from tests.interop.servers.installing import here
from tests.interop.servers.roster import SAMPLE, SERVERS
from tests.interop.servers.running import Running
from tests.support.programs import require_module, require_program
from wsclient import WebSocketClient

# What these servers do otherwise than the best of them.
DIFFERENCES = {
    "websockets": {"stopped": "1006"},
    "aiohttp": {"we close": "1000", "stopped": "1006"},
    "Tornado": {"we close": "4000", "stopped": "1006"},
    "uvicorn, engine wsproto": {"stopped": "1012"},
    "nginx, in front of websockets": {"stopped": "1006"},
}

# What a check needs of the client.
NEEDS = {"fragments": "send_fragment", "compression": "get_response_headers", "redirect": "max_redirects"}
CAN_ASK = [check for check in CHECKS if check.name not in NEEDS or hasattr(WebSocketClient, NEEDS[check.name])]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_real_server_answers_as_before(name: str) -> None:
    server = next(server for server in SERVERS if server.name == name)
    require_program(server.program) if server.program else require_module(server.packages[0])
    expected = {check.name: check.expected for check in CAN_ASK} | DIFFERENCES[name]

    with Running(server, here()) as running:
        answers = {check.name: ask(check, SPEAKERS["wsclient"], running) for check in CAN_ASK}

    assert answers == expected
