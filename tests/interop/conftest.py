"""Real engines for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.godot3_session import GodotSession

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def godot_server(tmp_path_factory) -> Iterator[GodotSession]:
    """A server for all tests of a module."""
    with GodotSession(tmp_path_factory.mktemp("godot")) as session:
        yield session


@pytest.fixture
def session(godot_server) -> Iterator[GodotSession]:
    """Returns the module's server, without clients."""
    yield godot_server
    godot_server.dismiss()
