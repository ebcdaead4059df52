"""The worlds in which a row can be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import LoopbackWorld, MemoryWorld, Scene, SecureWorld

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def scene() -> Iterator[Scene]:
    """In memory: nothing waits, every run is the same."""
    with Scene(MemoryWorld()) as made:
        yield made


@pytest.fixture
def secure() -> Iterator[Scene]:
    """In memory, under TLS."""
    with Scene(SecureWorld()) as made:
        yield made


@pytest.fixture
def loopback() -> Iterator[Scene]:
    """Over real sockets on 127.0.0.1."""
    with Scene(LoopbackWorld()) as made:
        yield made
