"""Tests that a compiled build cannot run as they are."""

from __future__ import annotations

import pytest

from wsclient.ground.compiled import is_compiled

__all__ = ["looks_inside"]

#: For a test that replaces a method or an object inside the library: compiled code calls its own without looking it up.
looks_inside = pytest.mark.skipif(is_compiled(), reason="replaces what compiled code does not look up")
