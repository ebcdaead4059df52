"""The decorator for options of mypyc, which is not needed at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mypyc_attr"]

Class = TypeVar("Class", bound=type)

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr
else:

    def mypyc_attr(**_options: bool) -> Callable[[Class], Class]:
        """Returns a decorator that changes nothing. Only the compiler reads the options."""
        return lambda cls: cls
