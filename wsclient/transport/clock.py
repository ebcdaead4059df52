"""The clock for whoever above this room needs one and was given none."""

from __future__ import annotations

from time import monotonic

__all__ = ["monotonic"]
