"""Uncopyable: the base of objects that own connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Never

__all__ = ["Uncopyable"]


class Uncopyable:
    """An object that cannot be copied or pickled, because the copy would share its sockets."""

    __slots__ = ()

    def __reduce__(self) -> Never:
        """Raises an error: copies and pickles would share a socket."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: it owns a connection")
