"""The errors of a caller, who passed a wrong argument, and of a peer, who broke the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.close_code import fit_reason

if TYPE_CHECKING:
    from wsclient.protocol.close_code import CloseCode

__all__ = ["InvalidArgument", "ProtocolViolation"]


class InvalidArgument(ValueError):
    """The caller passed a value that cannot work; the message names the part ("port 0 is not in 1-65535").

    It never holds what might be a secret: no user information of a URL, no value of a header.
    """


class ProtocolViolation(Exception):
    """The peer broke RFC 6455. Caught inside `protocol`, and turned into a Close frame and an event.

    Args:
        code: what the Close frame will say.
        reason: why, in short English. What does not fit a Close frame is cut off.
        hint: what can be done about it, in a whole sentence; "" if the code says enough.
    """

    def __init__(self, code: CloseCode, reason: str, hint: str = "") -> None:
        self.code = code
        self.hint = hint
        self.reason: str = fit_reason(reason).decode()
        super().__init__(f"{code}: {self.reason}")
