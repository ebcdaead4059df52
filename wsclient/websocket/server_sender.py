"""ServerSender: the sending methods of a server.

They send to all clients, to one, or to all but one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.core.packet_peer import bytes_of
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.websocket.sender import MessageSender

if TYPE_CHECKING:
    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.transport.listener import Listener
    from wsclient.transport.watchlist import Watchlist
    from wsclient.websocket.link import Limits
    from wsclient.websocket.mailbox import Mailbox
    from wsclient.websocket.served_client import ServedClient

__all__ = ["ServerSender"]


class ServerSender(MessageSender):
    """The calls of a server that send, to the target that `set_target_peer` has set."""

    _auto_flush: bool
    _clients: dict[int, ServedClient]
    _host: RelayHost | None
    _mailbox: Mailbox
    _outgoing: Limits
    _served: dict[ServedClient, None]
    _target_peer: int
    _watchlist: Watchlist[ServedClient | Listener]

    if TYPE_CHECKING:  # of ServerMembers

        def _check_thread(self) -> None: ...
        def _send_to_all(self, payload: bytes, is_text: bool | None, *, but: int) -> Error: ...

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        if self._host is None:
            return self._send_to_target(payload, is_text)
        if is_text:
            return self._refuse(Error.ERR_UNAVAILABLE, "packets between peers are binary: put_packet(text.encode())")
        return self._send_packet(payload)

    def _send_packet(self, packet: bytes) -> Error:
        """Sends a packet to the target peer."""
        if self._host is None:
            return self._send_to_target(packet, None)
        if not packet or self._target_peer == SERVER_ID:
            return Error.OK  # as in Godot, nothing is sent
        return self._send_to_target(self._host.wrap(packet, self._target_peer), None)

    def _send_to_target(self, payload: bytes, is_text: bool | None) -> Error:
        """Sends a message to the clients of the target.

        If `is_text` is None, each is sent it in its own write mode.
        """
        self._check_thread()
        target = self._target_peer
        if target > 0:
            client = self._clients.get(target)
            if client is None:
                return self._refuse(Error.FAILED, f"client {target} is not there")
            return client.link.put(payload) if is_text is None else client.link.send(payload, is_text)
        return self._send_to_all(payload, is_text, but=-target)

    def send_from_thread(self, data: str | bytes, target_peer: int = 0) -> None:
        """Queues a message from any thread, which the next `poll()` sends.

        Not in Godot.

        This is the only sending method for threads other than the owner.

        Args:
            data: a `str` for a text message, or `bytes` for a binary one.
            target_peer: the target, as in `set_target_peer`: 0 for all, the id of a client, or its negative for all but
                that one.

        Raises:
            BufferError: the limits of unsent messages of one client are reached; see `set_buffers`.
            UnicodeEncodeError: `data` has a lone surrogate, which UTF-8 cannot encode.
            TypeError: `data` is neither.
        """
        payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data)
        self._mailbox.put(payload, self._outgoing, is_text=isinstance(data, str), target=int(target_peer))
        self._watchlist.nudge()

    def _send_posted(self) -> None:
        """Sends the messages that other threads have put into the mailbox until now."""
        here = self._target_peer
        try:
            for _ in range(len(self._mailbox.messages)):
                payload, is_text, self._target_peer = self._mailbox.messages[0]
                self._mailbox.take()
                self._send_message(payload, is_text=is_text)
        finally:
            self._target_peer = here

    def flush(self) -> None:
        """Writes waiting data for each client; never blocks.

        It writes as much as the system takes now.
        """
        self._check_thread()
        for client in self._clients.values():
            client.link.flush()

    @property
    def auto_flush(self) -> bool:
        """True (the default) to write messages to one client immediately.

        Messages to all clients are queued.
        """
        return self._auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._auto_flush = bool(enabled)
        for client in self._served:
            client.link.auto_flush = self._auto_flush
