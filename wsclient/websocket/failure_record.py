"""FailureRecord: records why a connection ended or a call was refused.

It also logs refused calls.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.ground.refusal_log import RefusalLog
from wsclient.transport.clock import monotonic
from wsclient.websocket.connection_failure import ConnectionFailure

if TYPE_CHECKING:
    from wsclient.ground.error import Error

__all__ = ["FailureRecord"]

logger: Final = logging.getLogger("wsclient.link")


class FailureRecord:
    """The failures that `last_error` and `last_refusal` of one connection return.

    Attributes:
        ending: the failure of the attempt or connection; None if it has not ended, or has ended normally.
        refusal: the reason for refusing the last call; None if it was not refused.
    """

    __slots__ = ("_log", "ending", "refusal")

    def __init__(self) -> None:
        self.ending: ConnectionFailure | None = None
        self.refusal: ConnectionFailure | None = None
        self._log: RefusalLog | None = None  # most connections never need one

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Returns why the connection failed.

        If it did not fail, returns why the last call was refused.
        """
        return self.ending or self.refusal

    def refuse(
        self, place: str, error: Error, message: str, cause: BaseException | None = None, *, hint: str = ""
    ) -> Error:
        """Records and logs why a call is refused. Returns the error.

        Each kind of refusal is logged once, then only counted.
        """
        self.refusal = ConnectionFailure.of_call(error, message, cause, hint=hint)
        if self._log is None:
            self._log = RefusalLog(logger, monotonic)
        self._log.log(f"{place}: {self.refusal.details()}")
        return error
