"""The last phase of a client, which asks the server for a WebSocket."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.ground.stored_error import detached
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.connection import Role
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.fields import REDIRECTS
from wsclient.transport.failures import failure_from, reason_of
from wsclient.transport.opening.milestones import Established, Redirected
from wsclient.transport.opening.phase import READ_SIZE, Phase, resting_on

if TYPE_CHECKING:
    from wsclient.protocol.cookies import Cookies
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.http11 import ResponseHead
    from wsclient.protocol.redirect import RedirectChain
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.milestones import Reached

__all__ = ["Requesting"]

_log: Final = logging.getLogger("wsclient")

_SWITCHING: Final = 101


class Requesting(Phase):
    """Sends the request and waits for the server's reply."""

    stage = Stage.HANDSHAKE
    too_late = "{place} accepted the connection, but did not answer the request within {seconds:g} s"

    def __init__(self, reached: Reached) -> None:
        """Sends nothing yet."""
        self._attempt = attempt = reached.attempt
        super().__init__(str(attempt.route.hops[reached.hop]), attempt.settings)
        self._stream = reached.stream
        self._handshake: ClientHandshake | None = None
        self._unsent = memoryview(b"")
        self._broken: OSError | None = None
        self._has_head = False  # of the final reply

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the stream's descriptor when the request has been sent."""
        return None if self._handshake is None or self._unsent or self._broken else resting_on(self._stream)

    @property
    def refusal(self) -> Failure | None:
        """Returns the refusal of a server whose page with the reason is still incomplete."""
        return None if self._handshake is None else self._handshake.pending_failure

    def step(self, now: float) -> Established | Redirected | Failure | None:
        """Sends the request, or what is left of it, and then reads once."""
        if self._handshake is None:
            try:
                self._handshake = _handshake(self._attempt)
            except (OSError, NotImplementedError) as error:
                detail = f"this machine gives no random numbers: {reason_of(error)}"
                return Failure(stage=self.stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)
            self._unsent = memoryview(self._handshake.request)
            self._send()
            if not self._broken and not self._stream.has_more:
                return None  # what was sent just now cannot have been answered
        elif self._unsent or self._stream.held:
            self._send()
        return self._go_on(self._handshake)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def _go_on(self, handshake: ClientHandshake) -> Established | Redirected | Failure | None:
        try:
            data = self._stream.receive(READ_SIZE)
        except OSError as error:
            return self._lost(error)
        if data is None:
            return self._lost(self._broken) if self._broken else None
        if not data:
            return handshake.receive_eof()
        outcome = handshake.receive_data(data)
        head = handshake.response
        if head is not None and not self._has_head:
            self._has_head = True
            if self.settings.cookies is not None:
                self._keep_cookies(self.settings.cookies, head)
            redirects = self._attempt.redirects
            if redirects is not None and redirects.follows(head):  # without waiting for the page
                return self._follow(redirects, head)
        if isinstance(outcome, Opened) and head is not None:
            return Established(
                self._stream, Role.CLIENT, outcome, handshake.trailing_data, handshake.deflate, head.headers
            )
        return outcome if isinstance(outcome, Failure) else None

    def _keep_cookies(self, cookies: Cookies, head: ResponseHead) -> None:
        attempt = self._attempt
        if head.status == _SWITCHING or head.status in REDIRECTS:
            cookies.receive(attempt.request.url, head, attempt.outside.wall_clock())

    def _follow(self, redirects: RedirectChain, head: ResponseHead) -> Redirected | Failure:
        attempt = self._attempt
        is_direct = len(attempt.route.hops) == 1 and not attempt.route.first.socket_path
        by = self._stream.remote_address[0] if is_direct else ""
        target = redirects.follow(head, address=by)
        if isinstance(target, Failure):
            return target
        _log.debug("%s: redirects to %s", self.place, target)
        self._stream.close()
        return Redirected(attempt.redirected(target, by))

    def _send(self) -> None:
        # An error here may not be final: a server that refuses immediately may have sent its reply already.
        try:
            while self._unsent and (sent := self._stream.send(self._unsent)):
                self._unsent = self._unsent[sent:]
            self._stream.flush()
        except OSError as error:
            self._broken = detached(error)
            self._unsent = memoryview(b"")

    def _lost(self, error: OSError) -> Failure:
        return self.refusal or failure_from(error, self.stage, self.place)


def _handshake(attempt: Attempt) -> ClientHandshake:
    request, cookies = attempt.request, attempt.settings.cookies
    return ClientHandshake(
        request.url,
        request.subprotocols,
        request.headers if cookies is None else _with_cookies(attempt, cookies),
        random_bytes=attempt.outside.random_bytes,
        offers_deflate=attempt.offers_deflate,
        requires_subprotocol=attempt.settings.subprotocol_required,
    )


def _with_cookies(attempt: Attempt, cookies: Cookies) -> Headers:
    """Returns the user's headers, and the cookies if the user sends none."""
    request = attempt.request
    if any(name.lower() == "cookie" for name, _ in request.headers):
        return request.headers
    value = cookies.header_for(request.url, attempt.outside.wall_clock())
    return (*request.headers, ("Cookie", value)) if value else request.headers
