"""The errors for wrong arguments of a caller, and for violations by a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.close_code import fit_reason

if TYPE_CHECKING:
    from wsclient.protocol.close_code import CloseCode

__all__ = ["InvalidArgument", "ProtocolViolation"]


class InvalidArgument(ValueError):
    """Raised if a caller passes a value that cannot work.

    The message names the part ("port 0 is not in 1-65535"). It never has a possible secret, such as user information of
    a URL or the value of a header.
    """


class ProtocolViolation(Exception):
    """Raised if the peer breaks RFC 6455.

    It is caught inside `protocol`, and turned into a Close frame and an event.

    Args:
        code: the code of the Close frame.
        reason: the reason, in short English. It is cut off if it does not fit into a Close frame.
        hint: a possible remedy, as a full sentence; "" if the code says enough.
    """

    def __init__(self, code: CloseCode, reason: str, hint: str = "") -> None:
        self.code = code
        self.hint = hint
        self.reason: str = fit_reason(reason).decode()
        super().__init__(f"{code}: {self.reason}")
