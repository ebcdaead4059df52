from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.browser.server import BehaviourServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[BehaviourServer]:
    """What all behaviours of a file connect to."""
    with BehaviourServer() as server:
        yield server


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port where nobody listens, kept from others: bound, and not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
