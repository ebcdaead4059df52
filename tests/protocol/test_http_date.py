"""Dates in header fields, in every form that RFC 9110 lets servers use."""

from __future__ import annotations

import email.utils
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.http_date import seconds_of_date


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("Sun, 06 Nov 1994 08:49:37 GMT", 784111777.0, id="imf-fixdate"),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", 784111777.0, id="rfc-850"),
        pytest.param("Sun Nov  6 08:49:37 1994", 784111777.0, id="asctime"),
        pytest.param("Thu, 29 Feb 2024 00:00:00 GMT", 1709164800.0, id="leap-day"),
        pytest.param("Sun, 06 Nov 1994", inf, id="no-time"),
        pytest.param("Sun, 06 Nov 1994 25:00:00 GMT", inf, id="hour-25"),
        pytest.param("06 Foo 1994 08:49:37", inf, id="no-month"),
        pytest.param("", inf, id="empty"),
    ],
)
def test_a_date_is_read(text: str, seconds: float) -> None:
    assert seconds_of_date(text) == seconds


@given(st.integers(0, 4102444800))
def test_every_date_that_python_writes_is_read(seconds: int) -> None:
    assert seconds_of_date(email.utils.formatdate(seconds, usegmt=True)) == seconds


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(seconds_of_date(text), float)
