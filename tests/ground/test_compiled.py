"""`is_compiled`, in either build."""

from __future__ import annotations

from wsclient.ground import compiled


def test_distinguishes_a_shared_library_from_source():
    assert compiled.is_compiled() is not compiled.__file__.endswith(".py")
