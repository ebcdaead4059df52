"""Removes from messages what differs from one failure to the next.

This allows equal failures to be counted together.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["uncounted"]

_COUNTER: Final = re.compile(r"\b\d+(?= (?:bytes|messages|packets)\b)")


def uncounted(message: str) -> str:
    """Returns the message of a failure without its counters."""
    return _COUNTER.sub("some", message)
