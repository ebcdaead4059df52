"""The options for mypyc change nothing when a class runs from its source."""

from __future__ import annotations

from wsclient.ground.compiler_options import mypyc_attr


def test_a_class_with_options_is_the_same_class() -> None:
    class Plain: ...

    assert mypyc_attr(allow_interpreted_subclasses=True)(Plain) is Plain
