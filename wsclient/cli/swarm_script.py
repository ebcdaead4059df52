"""Loads the user's script, which defines the behaviour of a swarm's clients."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wsclient.websocket.client import WebSocketClient

__all__ = ["Recorder", "Script", "ScriptError", "recorder"]


class ScriptError(Exception):
    """Raised if a script cannot be used; the text says why."""


class Recorder:
    """Passes the times that a script measures to the swarm that runs it."""

    def __init__(self) -> None:
        self.target: Callable[[str, float], None] | None = None

    def record(self, name: str, seconds: float) -> None:
        """Records a time that the script has measured.

        Does nothing without a swarm, for example in a test of the script.
        """
        if not isinstance(name, str):
            raise TypeError(f"a time is recorded under a name, not {name!r}")
        seconds = float(seconds)
        if self.target is not None:
            self.target(name, seconds)


recorder: Recorder = Recorder()
"""The recorder of this process."""


class Script:
    """Attaches the behaviour of a script to each client.

    The script has a function `bot(client, number)`, or a class `Bot`.

    Args:
        names: the names that the script defines.
        origin: its origin, for error messages.

    Raises:
        ScriptError: it defines neither.
    """

    def __init__(self, names: dict[str, Any], origin: str) -> None:
        self._function = names.get("bot")
        self._class = names.get("Bot")
        if not callable(self._function) and not callable(self._class):
            raise ScriptError(f"{origin} defines neither a function bot(client, number) nor a class Bot")

    @classmethod
    def load(cls, path: Path) -> Script:
        """Runs the file, and takes the names that it defines.

        Raises:
            ScriptError: it cannot be run, or defines no bot.
        """
        module = ModuleType("swarm_bot")
        module.__file__ = str(path)
        sys.modules[module.__name__] = module  # dataclasses and pickle look for it there
        sys.path.insert(0, str(path.parent.resolve()))  # as for any script, so that it can import modules in its folder
        try:
            exec(compile(path.read_bytes(), path, "exec"), vars(module))  # noqa: S102 - the user's own program
        except Exception as error:
            raise ScriptError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
        return cls(vars(module), str(path))

    def attach(self, client: WebSocketClient, number: int) -> Callable[[], None] | None:
        """Connects the bot's handlers before the client connects.

        Returns:
            The function to call at intervals while the client is open; None if there is none.
        """
        if callable(self._class):
            return _attach_object(self._class(client, number), client)
        if callable(self._function):
            self._function(client, number)
        if not any(client.get_signal_connection_list(name) for name in _ARRIVALS):
            client.message_received.connect(_ignore)
        return None


_ARRIVALS = ("data_received", "message_received", "messages_available")


def _attach_object(bot: Any, client: WebSocketClient) -> Callable[[], None] | None:  # noqa: ANN401 - the user's own type
    client.message_received.connect(getattr(bot, "on_message", _ignore))
    if hasattr(bot, "on_open"):
        client.connection_established.connect(lambda _protocol: bot.on_open())
    if hasattr(bot, "on_close"):
        client.connection_closed.connect(bot.on_close)
    every: Callable[[], None] | None = getattr(bot, "every", None)
    return every


def _ignore(_message: str | bytes) -> None:
    """Removes an unused message from the queue, so that it does not fill up."""
