from __future__ import annotations

import pytest

import wsclient
from wsclient.godot4 import Vector2, WebSocketPeer, var_to_bytes
from wsclient.godot4.tls_options import TLSOptions
from wsclient.ground.error import Error
from wsclient.testing import ScriptedServer

URL = "ws://game.example:9080/x"


@pytest.fixture
def server():
    return ScriptedServer()


@pytest.fixture
def peer(server):
    peer = WebSocketPeer(transport=server)
    yield peer
    peer.close(-1)


@pytest.fixture
def opened(peer, server):
    assert peer.connect_to_url(URL) == Error.OK
    server.accept()
    peer.poll()
    return peer


def poll(peer, times=4):
    for _ in range(times):
        peer.poll()


def state_of(peer):
    return (peer.get_ready_state().name, peer.get_close_code(), peer.get_close_reason())


CONNECTING, OPEN, CLOSING, CLOSED = (f"STATE_{name}" for name in ("CONNECTING", "OPEN", "CLOSING", "CLOSED"))


def test_no_class_inherits_from_its_namesake():
    assert not issubclass(WebSocketPeer, wsclient.WebSocketPeer | wsclient.WebSocketClient)


def test_has_godots_numbers_and_defaults():
    peer = WebSocketPeer()
    assert [int(each) for each in WebSocketPeer.State] == [0, 1, 2, 3]
    assert (WebSocketPeer.STATE_CLOSED, WebSocketPeer.WRITE_MODE_TEXT, WebSocketPeer.WRITE_MODE_BINARY) == (3, 0, 1)
    assert (peer.inbound_buffer_size, peer.outbound_buffer_size, peer.max_queued_packets) == (65535, 65535, 4096)
    assert (peer.heartbeat_interval, peer.supported_protocols, peer.handshake_headers) == (0.0, [], [])
    assert state_of(peer) == (CLOSED, -1, "")
    assert (peer.get_requested_url(), peer.get_selected_protocol(), peer.get_connected_host()) == ("", "", "")
    assert (peer.send(b"x"), peer.put_packet(b"x"), peer.get_packet(), peer.get_packet_error()) == (1, 1, b"", 1)


class TestConnecting:
    def test_goes_from_closed_to_connecting_to_open(self, peer, server):
        assert peer.connect_to_url(URL) == Error.OK
        assert state_of(peer) == (CONNECTING, -1, "")
        server.accept()
        peer.poll()
        assert state_of(peer) == (OPEN, -1, "")
        assert (peer.get_requested_url(), peer.get_connected_port()) == (URL, 80)

    def test_asks_for_what_was_set(self, peer, server):
        peer.supported_protocols = ["a", "b"]
        peer.handshake_headers = ["X-Token: 1"]
        peer.connect_to_url(URL)
        server.accept("b")
        peer.poll()
        assert peer.get_selected_protocol() == "b"
        assert ("X-Token", "1") in server.request.headers

    def test_is_refused_while_not_closed(self, opened):
        assert opened.connect_to_url(URL) == Error.ERR_ALREADY_IN_USE
        opened.close()
        assert opened.connect_to_url(URL) == Error.ERR_ALREADY_IN_USE

    @pytest.mark.parametrize("url", ["http://x", "ws://", "", "ws://a:99999"])
    def test_refuses_an_invalid_url(self, peer, url):
        assert peer.connect_to_url(url) == Error.ERR_INVALID_PARAMETER
        assert peer.last_error is not None
        assert state_of(peer) == (CLOSED, -1, "")

    @pytest.mark.parametrize("url", ["127.0.0.1:1", "WS://x", "ws://[::1]:9"])
    def test_takes_what_the_engine_takes(self, peer, url):
        assert peer.connect_to_url(url) == Error.OK

    def test_a_refusal_of_the_server_is_reported(self, peer, server):
        peer.connect_to_url(URL)
        server.reject(403)
        poll(peer)
        assert state_of(peer) == (CLOSED, -1, "")
        assert peer.last_error.http_status == 403

    def test_trusts_what_the_options_say(self, peer):
        assert peer.connect_to_url("wss://x", TLSOptions.client_unsafe()) == Error.OK

    def test_can_be_done_again_with_a_clean_slate(self, opened, server):
        server.close(4001, "x")
        poll(opened)
        assert opened.connect_to_url(URL) == Error.OK
        assert state_of(opened) == (CONNECTING, -1, "")
        server.reject()
        poll(opened)
        assert state_of(opened) == (CLOSED, -1, "")


class TestEnd:
    # godot4.md 6
    @pytest.mark.parametrize(
        ("end", "code", "reason"),
        [
            pytest.param(lambda server: server.close(4001, "x"), 4001, "x", id="code"),
            pytest.param(lambda server: server.close(0), 0, "", id="no-code"),
            pytest.param(lambda server: server.drop(), -1, "", id="tcp-end"),
            pytest.param(lambda server: server.send(b"x" * 65536), 1009, "", id="too-big"),
        ],
    )
    def test_of_the_other_side_is_seen_as_in_the_engine(self, opened, server, end, code, reason):
        end(server)
        poll(opened)
        assert state_of(opened) == (CLOSED, code, reason)

    def test_of_ours_is_closing_until_it_is_answered(self, opened, server):
        server.is_silent = True
        assert opened.close(4000, "bye") == Error.OK
        opened.poll()
        assert state_of(opened) == (CLOSING, -1, "")
        server.is_silent = False
        poll(opened)
        assert state_of(opened) == (CLOSED, 4000, "bye")
        assert (server.close_code, server.close_reason) == (4000, "bye")

    def test_of_ours_is_given_up_when_it_is_never_answered(self, opened, server):
        server.is_silent = True
        opened.close()
        for _ in range(52):  # a pause without poll() would not count
            opened.poll()
            server.clock.advance(0.1)
        assert state_of(opened) == (CLOSED, -1, "")

    def test_at_once_needs_no_answer(self, opened, server):
        assert opened.close(-1) == Error.OK
        assert state_of(opened) == (CLOSED, -1, "")

    def test_while_connecting_is_at_once(self, peer):
        peer.connect_to_url(URL)
        peer.close()
        assert state_of(peer) == (CLOSED, -1, "")

    def test_with_a_reason_too_long_is_refused(self, opened):
        assert opened.close(4000, "é" * 65) == Error.ERR_INVALID_PARAMETER
        assert state_of(opened) == (OPEN, -1, "")

    def test_with_a_code_that_must_not_be_sent_is_a_mistake(self, opened):
        with pytest.raises(ValueError, match="999"):
            opened.close(999)

    def test_leaves_earlier_messages_readable(self, opened, server):
        server.send(b"last words")
        server.close()
        poll(opened)
        assert state_of(opened)[0] == CLOSED
        assert (opened.get_available_packet_count(), opened.get_packet()) == (1, b"last words")


class TestPackets:
    def test_go_out_as_binary_or_text(self, opened, server):
        assert [opened.send(b"a"), opened.send_text("b"), opened.send(b"c", WebSocketPeer.WRITE_MODE_TEXT)] == [0, 0, 0]
        assert opened.put_packet(b"") == Error.OK
        opened.poll()
        server.step()
        assert server.received == [b"a", "b", "c", b""]

    def test_are_received_with_their_kind(self, opened, server):
        server.send("text", b"bytes")
        opened.poll()
        assert (opened.get_packet(), opened.was_string_packet()) == (b"text", True)
        assert (opened.get_packet(), opened.was_string_packet()) == (b"bytes", False)
        assert (opened.get_packet(), opened.get_packet_error()) == (b"", Error.ERR_UNAVAILABLE)

    def test_may_be_as_large_as_the_buffer(self, opened):
        assert opened.send(b"x" * 65535) == Error.OK
        assert opened.send(b"x" * 65536) == Error.ERR_OUT_OF_MEMORY
        assert opened.get_current_outbound_buffered_amount() >= 0

    def test_wait_in_the_network_when_the_queue_is_full(self, peer, server):
        peer.max_queued_packets = 3
        peer.connect_to_url(URL)
        server.accept()
        peer.poll()
        server.send(*[b"x"] * 10)
        poll(peer)
        assert peer.get_available_packet_count() == 3

    def test_are_bounded_by_bytes_too(self, peer, server):
        peer.inbound_buffer_size = 100
        peer.connect_to_url(URL)
        server.accept()
        peer.poll()
        server.send(*[b"x" * 50] * 3)
        poll(peer)
        assert peer.get_available_packet_count() == 2

    def test_carry_variants_of_godot_4(self, opened, server):
        assert opened.put_var(Vector2(1, 2)) == Error.OK
        opened.poll()
        server.step()
        server.send(*server.received)
        opened.poll()
        assert opened.get_var() == Vector2(1, 2)

    def test_of_too_many_values_stay_readable_as_bytes(self, opened, server):
        packet = var_to_bytes([None] * 1000)
        opened.decode_buffer_max_items = 10
        server.send(packet)
        opened.poll()
        assert (opened.get_var(), opened.get_packet_error()) == (None, Error.ERR_OUT_OF_MEMORY)
        assert (opened.get_available_packet_count(), opened.get_packet()) == (1, packet)

    def test_no_delay_can_be_set(self, opened):
        opened.set_no_delay(False)


class TestSettings:
    @pytest.mark.parametrize("name", ["inbound_buffer_size", "outbound_buffer_size", "max_queued_packets"])
    def test_have_to_be_one_or_more(self, peer, name):
        with pytest.raises(ValueError, match=f"{name} is 0"):
            setattr(peer, name, 0)

    def test_count_for_the_next_connection(self, opened):
        opened.outbound_buffer_size = 10
        assert opened.outbound_buffer_size == 10
        assert opened.send(b"x" * 1000) == Error.OK

    def test_of_times_read_back(self, peer):
        peer.heartbeat_interval, peer.handshake_timeout, peer.close_timeout = 0.5, 4.0, 2.0
        assert (peer.heartbeat_interval, peer.handshake_timeout, peer.close_timeout) == (0.5, 4.0, 2.0)
