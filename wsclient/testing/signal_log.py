"""The signals that an object has emitted, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from wsclient.core.object import Object

__all__ = ["SignalLog"]


class SignalLog(list[tuple[object, ...]]):
    """A list that grows with each signal, such as `("connection_closed", True)`.

    It connects all signals of an object without keeping the object alive. Clear it to see only later signals.
    """

    def __init__(self, emitter: Object, *, but: Container[str] = ()) -> None:
        """Starts to listen.

        Args:
            emitter: the client, or any other object with signals.
            but: the names of signals that are left out. A signal that takes its message away from the queue while it
                has handlers (`message_received`) is always left out.
        """
        super().__init__()
        for signal in emitter.get_signal_list():
            name = str(signal["name"])
            if name not in but and name not in _CONSUMING:
                emitter.connect(name, partial(self._add, name))

    @property
    def names(self) -> list[str]:
        """The names of the signals, in order, without their arguments."""
        return [str(name) for name, *_ in self]

    def _add(self, name: str, *args: object) -> None:
        self.append((name, *args))


# Connecting these signals would change the behaviour of the object.
_CONSUMING = frozenset({"message_received"})
