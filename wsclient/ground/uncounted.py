"""Words of failures without what differs from one to the next, so that equal ones can be counted together."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["uncounted"]

_COUNTER: Final = re.compile(r"\b\d+(?= (?:bytes|messages|packets)\b)")


def uncounted(message: str) -> str:
    """Returns the message of a failure without its counters."""
    return _COUNTER.sub("some", message)
