"""ConnectionStatistics is a value: what was counted at one moment."""

from __future__ import annotations

import inspect

import pytest

from wsclient.websocket.connection_statistics import ConnectionStatistics

NUMBERS = {name: number for number, name in enumerate(ConnectionStatistics._fields)}


def test_it_has_the_passed_values() -> None:
    assert ConnectionStatistics(**NUMBERS)._asdict() == NUMBERS
    assert ConnectionStatistics(**NUMBERS) == ConnectionStatistics(**NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_it_does_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(ConnectionStatistics(**NUMBERS), name, 0)


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_is_explained(name: str) -> None:
    assert f"\n    {name}: " in (inspect.getdoc(ConnectionStatistics) or "")
