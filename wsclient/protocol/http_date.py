"""Parses the dates in HTTP header fields."""

from __future__ import annotations

import re
from math import inf

__all__ = ["seconds_of_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})")
_DAYS_TO_1970 = 719_162


def seconds_of_date(text: str) -> float:
    """Parses a date in any form that servers use (RFC 6265 section 5.1.1).

    Returns seconds since 1970, or infinity if the text is not a date.
    """
    found = _TIME.search(text)
    words = re.findall(r"[a-z]+|\d+", (text[: found.start()] + text[found.end() :]).lower()) if found else []
    month = next((_MONTHS.index(word[:3]) for word in words if word[:3] in _MONTHS), -1)
    numbers = [int(word) for word in words if word.isdecimal() and len(word) <= 4]
    if found is None or month < 0 or len(numbers) < 2:
        return inf
    day, year = numbers[:2]
    year += 1900 if 70 <= year <= 99 else 2000 if year < 70 else 0
    hours, minutes, seconds = map(int, found.groups())
    if not (1 <= day <= 31 and 1601 <= year <= 9999 and hours < 24 and minutes < 60 and seconds < 60):
        return inf
    return (_days(year, month, day) - _DAYS_TO_1970) * 86_400.0 + hours * 3600 + minutes * 60 + seconds


def _days(year: int, month: int, day: int) -> int:
    """Returns the days from the beginning of year 1 to a Gregorian date.

    Months count from 0.
    """
    before = year - 1
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month] + (is_leap and month > 1)
    return before * 365 + before // 4 - before // 100 + before // 400 + days + day - 1
