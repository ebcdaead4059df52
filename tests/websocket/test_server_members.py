"""Tests ServerMembers. For how clients come and go, see test_server.py."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.support.hosting import Hosting, request

if TYPE_CHECKING:
    import pytest


def test_an_id_is_never_that_of_the_server_or_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.chain([0, 1, 7, 7, 2**31 + 1, 2**31 + 7], itertools.count(8))
    monkeypatch.setattr("os.urandom", lambda size: next(numbers).to_bytes(size, "big"))
    hosting = Hosting()
    for _ in range(3):
        hosting.raw(request())
        hosting.settle()

    assert hosting.server.get_peers() == [7, 8, 9]
    hosting.close()


def test_one_that_leaves_makes_room_for_another_of_its_address() -> None:
    hosting = Hosting()
    hosting.server.max_clients_per_address = 1
    first = hosting.raw(request())
    hosting.settle()
    assert b" 429 " in hosting.reply(hosting.raw(request()))
    first.close()
    hosting.settle()

    assert b" 101 " in hosting.reply(hosting.raw(request()))
    hosting.close()
