"""Lists the codes of Close frames and their meanings.

See RFC 6455 section 7.4, and IANA's registry.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["MAX_REASON_SIZE", "NORMAL_CODES", "CloseCode", "fit_reason", "is_valid_close_code", "meaning_of"]

MAX_REASON_SIZE = 123
"""The most bytes of a reason, in UTF-8: a control frame has at most 125 (RFC 6455 section 5.5), two for the code."""


class CloseCode(IntEnum):
    """Why a connection was closed. The names are those of IANA's registry."""

    NORMAL_CLOSURE = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    NO_STATUS = 1005  # never sent: the Close frame had no code
    ABNORMAL_CLOSURE = 1006  # never sent: there was no Close frame
    INVALID_DATA = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    MANDATORY_EXTENSION = 1010
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_GATEWAY = 1014
    TLS_HANDSHAKE = 1015  # never sent
    UNAUTHORIZED = 3000
    FORBIDDEN = 3003
    TIMEOUT = 3008


NORMAL_CODES = (CloseCode.NORMAL_CLOSURE, CloseCode.GOING_AWAY, CloseCode.NO_STATUS)
"""The codes of a close that is not a failure."""

_MEANINGS: dict[int, str] = {
    CloseCode.NORMAL_CLOSURE: "it has done what it was for",
    CloseCode.GOING_AWAY: "it is going away",
    CloseCode.PROTOCOL_ERROR: "it found an error in the frames that it received",
    CloseCode.UNSUPPORTED_DATA: "it does not take messages of this kind, text or binary",
    CloseCode.NO_STATUS: "it gave no code",
    CloseCode.ABNORMAL_CLOSURE: "there was no Close frame",
    CloseCode.INVALID_DATA: "it received a message whose data is invalid, such as text that is not UTF-8",
    CloseCode.POLICY_VIOLATION: "a message or this client broke its rules",
    CloseCode.MESSAGE_TOO_BIG: "it received a message larger than it takes",
    CloseCode.MANDATORY_EXTENSION: "it needs an extension that was not agreed on",
    CloseCode.INTERNAL_ERROR: "it failed; its own log may say why",
    CloseCode.SERVICE_RESTART: "it is being restarted",
    CloseCode.TRY_AGAIN_LATER: "it is overloaded; try again later",
    CloseCode.BAD_GATEWAY: "a gateway received an invalid answer from the server behind it",
    CloseCode.TLS_HANDSHAKE: "TLS was not agreed on",
    CloseCode.UNAUTHORIZED: "it needs credentials",
    CloseCode.FORBIDDEN: "it does not allow this",
    CloseCode.TIMEOUT: "it waited too long",
}


def meaning_of(code: int) -> str:
    """Returns the meaning of a close code for the side that sent it.

    An example is "it is going away".
    """
    if code in _MEANINGS:
        return _MEANINGS[code]
    if 4000 <= code <= 4999:
        return "a code of this application's own"
    if 3000 <= code <= 3999:
        return "a code of a library or framework"
    return "a code without a known meaning"


def is_valid_close_code(code: int) -> bool:
    """Returns True if a Close frame may carry this code."""
    return 3000 <= code <= 4999 or (1000 <= code <= 1014 and code not in (1004, 1005, 1006))


def fit_reason(reason: str) -> bytes:
    """Encodes a reason for a Close frame.

    If it is too long, its end is cut off, but never within a character.
    """
    return reason.encode(errors="replace")[:MAX_REASON_SIZE].decode(errors="ignore").encode()
