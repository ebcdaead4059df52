"""The clocks for whoever above this room needs one and was given none."""

from __future__ import annotations

from time import monotonic
from time import time as wall_clock

__all__ = ["monotonic", "wall_clock"]
