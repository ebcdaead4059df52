"""A phase of a client, which asks a proxy for a connection to the next place."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.tunnel import Target, Tunnelled
from wsclient.transport.failures import failure_from
from wsclient.transport.opening.blame import blamed
from wsclient.transport.opening.phase import READ_SIZE, Phase, resting_on
from wsclient.transport.stream.tunnel_stream import TunnelStream

if TYPE_CHECKING:
    from wsclient.protocol.tunnel import Tunnel
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.milestones import Reached
    from wsclient.transport.opening.route import Place

__all__ = ["Tunnelling"]

_log: Final = logging.getLogger("wsclient")


class Tunnelling(Phase):
    """Waits until the proxy agrees."""

    stage = Stage.PROXY
    too_late = "{place} accepted the connection and did not answer within {seconds:g} s"

    def __init__(self, reached: Reached) -> None:
        """Sends nothing yet.

        Args:
            reached: the stream to the proxy.
        """
        super().__init__(str(reached.place), reached.settings)
        self._reached = reached
        self._stream = reached.stream
        self._tunnel: Tunnel | None = None
        self._unsent = memoryview(b"")

    def step(self, now: float) -> Reached | Failure | None:
        """Sends the next message, and reads once."""
        try:
            if self._tunnel is None:
                self._tunnel = self._begin()
            return self._go_on(self._tunnel)
        except InvalidArgument as error:
            detail = f"{self.place} cannot be used: {error}"
            hint = "Use a proxy of another kind, or write the server's address in another way."
            return Failure(stage=self.stage, kind=FailureKind.INVALID_ARGUMENT, detail=detail, hint=hint)
        except OSError as error:
            return failure_from(error, self.stage, self.place)

    @property
    def proxy(self) -> Place:
        """Returns the proxy."""
        return self._reached.place

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the stream's descriptor when nothing is left to send."""
        return None if self._tunnel is None or self._unsent else resting_on(self._stream)

    def give_up(self, seconds: float) -> Failure:
        """Returns the failure of an attempt that ran out of time."""
        return super().give_up(seconds) if self._tunnel is None else self._tunnel.fail_too_late(seconds)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def _begin(self) -> Tunnel:
        place, following = self._reached.place, self._reached.following
        if place.proxy is None:
            raise InvalidArgument("it is no proxy")
        target = Target(following.address or following.host, following.port)
        tunnel = place.proxy.tunnel_to(target, self.settings.proxy_headers)
        self._unsent = memoryview(tunnel.next_message())
        return tunnel

    def _go_on(self, tunnel: Tunnel) -> Reached | Failure | None:
        if not self._send():
            return None
        data = self._stream.receive(READ_SIZE)
        if data is None:
            return None
        verdict = tunnel.receive_data(data) if data else tunnel.receive_eof()
        if isinstance(verdict, Tunnelled):
            return self._pass_on(tunnel, verdict)
        self._unsent = memoryview(tunnel.next_message())
        self._send()
        return verdict

    def _send(self) -> bool:
        """Sends what waits. Returns True if everything was sent.

        Each message is passed to the system in one write, as far as it takes it.
        """
        while self._unsent and (sent := self._stream.send(self._unsent)):
            self._unsent = self._unsent[sent:]
        return self._stream.flush() and not self._unsent

    def _pass_on(self, tunnel: Tunnel, verdict: Tunnelled) -> Reached:
        _log.debug("%s: agreed, to %s", self.place, self._reached.following)
        failure = blamed(tunnel.fail_behind_yes(), self.proxy)
        stream = TunnelStream(self._stream, verdict.trailing_data, failure)
        return self._reached.replace(stream=stream, hop=self._reached.hop + 1, is_secured=False)
