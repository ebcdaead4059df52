"""ServerEvents: turns the events of a server's clients into signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.core.handler_errors import add_note
from wsclient.multiplayer.godot3.host import Routed
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened, Requested
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.link_events import forget_told
from wsclient.websocket.server_members import ServerMembers

if TYPE_CHECKING:
    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.multiplayer.session import PeerPacket, Session
    from wsclient.protocol.events import Event
    from wsclient.websocket.served_client import ServedClient

__all__ = ["ServerEvents"]


class ServerEvents(ServerMembers):
    """The part of a server that serves its clients.

    It is called inside `poll()`, except for starting and stopping.
    """

    _has_packet_hook: bool

    if TYPE_CHECKING:  # of WebSocketMultiplayerPeer

        def _on_peer_packet(self) -> None: ...
        def _queue_packet(self, session: Session, packet: PeerPacket) -> None: ...
        def _log_ignored(self, session: Session, why: str) -> None: ...

    def _tell_all(self, client: ServedClient, end: float) -> None:
        """Applies events and emits their signals.

        It stops when none is left, or when the client's share of the time is used up.
        """
        link = client.link
        while link.events and client in self._served:
            event = link.events[0]
            if isinstance(event, Messages):
                if not self._tell_messages(client, event, end):
                    return
            else:
                del link.events[0]
                self._tell_event(client, event)
            if link.events and self._clock() >= end:
                return

    # Messages

    def _tell_messages(self, client: ServedClient, messages: Messages, end: float) -> bool:
        """Emits the messages. Returns False if the rest of them has to wait."""
        link = client.link
        if not messages.payloads:
            del link.events[0]
            return True
        if self._host is not None:
            return self._relay(client, self._host, messages, end)
        is_over = isinstance(link.events[-1], Ended)
        room = len(messages.payloads) if is_over else link.inbox.room_for(messages)
        if not room:
            return False
        if self._has_packet_hook or self._handlers["data_received"]:
            return self._tell_each(client, messages, room, end)
        link.inbox.extend(messages.take(room))
        if not messages.payloads:
            del link.events[0]
        return True

    def _tell_each(self, client: ServedClient, messages: Messages, room: int, end: float) -> bool:
        link, clock = client.link, self._clock
        inbox, transport = link.inbox, link.transport
        if len(messages.payloads) == 1:  # usually: put in like any run, since nothing can come between
            inbox.extend(messages)
            del link.events[0]
            self._tell_of_message(client.client_id)
            return link.transport is transport
        inbox.announce(messages)
        try:
            for number, payload in enumerate(messages.payloads[:room], inbox.received + 1):
                inbox.received = number
                inbox.packets.append(payload)
                self._tell_of_message(client.client_id)
                if clock() >= end or link.transport is not transport:
                    return False
        finally:
            forget_told(link, messages, inbox.settle())
        return True

    def _tell_of_message(self, client_id: int) -> None:
        """Emits `data_received`, as `_emit` would with one call more for each message."""
        if (
            (handler := self._sole_handlers["data_received"])
            and not self._has_packet_hook
            and not self._is_blocking_signals
        ):
            try:
                handler(client_id)
            except Exception as error:
                add_note(error, self._declaration("data_received"))
                raise
        else:
            self._emit("data_received", self._packet_hook if self._has_packet_hook else None, client_id)

    def _packet_hook(self, _client_id: int) -> None:
        self._on_peer_packet()

    def _relay(self, client: ServedClient, host: RelayHost, messages: Messages, end: float) -> bool:
        """Passes packets to their receivers.

        A packet without room waits, and so do those after it.
        """
        done = 0
        try:
            for payload in messages.payloads[:]:
                routed = host.route(client.client_id, payload)
                if isinstance(routed, Routed):
                    receivers = [self._clients[each] for each in routed.forwarded_to if each in self._clients]
                    has_room = all(each.link.has_room(len(payload)) for each in receivers)
                    if not has_room or (routed.here is not None and self._inbox.is_full):
                        return False
                    done += 1
                    self._forward(receivers, payload)
                    if routed.here is not None:
                        self._queue_packet(host, routed.here)
                else:
                    done += 1
                    self._log_ignored(host, f"client {client.client_id} sent {routed.why}")
                if self._clock() >= end:
                    return False
        finally:
            forget_told(client.link, messages, done)
        return True

    # Everything else

    def _tell_event(self, client: ServedClient, event: Event) -> None:
        link = client.link
        if isinstance(event, Requested):
            self._tell_request(client, event.request)
        elif isinstance(event, Opened):
            self._let_in(client, event.subprotocol)
        elif isinstance(event, CloseReceived):
            link.has_received_close = True
            link.close_code, link.close_reason = event.code, event.reason
            if not event.is_answer:
                code = 0 if event.code == CloseCode.NO_STATUS else event.code  # as in Godot
                self._tell("client_close_request", client.client_id, code, event.reason)
        elif isinstance(event, Ended):
            self._end_client(client, event)

    def _end_client(self, client: ServedClient, ended: Ended) -> None:
        """Drops a client, and emits that it has left."""
        link = client.link
        if ended.failure is not None:
            link.failures.ending = ConnectionFailure.of_connection(ended.failure)
        if not link.has_received_close:
            link.close_code, link.close_reason = CloseCode.ABNORMAL_CLOSURE.value, ""
        link.let_go()
        if client.client_id not in self._clients:
            self._forget(client)
            return
        try:
            if client.host is None:
                self._tell("client_disconnected", client.client_id, ended.was_clean)
            else:
                farewell = client.host.farewell(client.client_id)
                self._forward((each for each in self._clients.values() if each.host is client.host), farewell)
                self._tell("peer_disconnected", client.client_id)
        finally:
            self._forget(client)
