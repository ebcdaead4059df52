from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.browser.server import BehaviourServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[BehaviourServer]:
    """Returns the server that all behaviours of a file connect to."""
    with BehaviourServer() as server:
        yield server


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """Reserves a port without a listener: it is bound, but does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
