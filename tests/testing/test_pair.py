"""connected_pair: a client and a server in memory."""

from __future__ import annotations

from wsclient.testing import FakeClock, SignalLog, connected_pair


def test_they_are_connected_and_speak() -> None:
    client, server = connected_pair()
    (client_id,) = server.get_peers()
    client.send_text("hello")
    server.poll()
    server.get_peer(client_id).send_text("and you")
    server.poll()
    client.poll()

    assert server.get_peer(client_id).get_message() == "hello"
    assert client.get_message() == "and you"
    assert server.get_peer_address(client_id) == "198.51.100.7"
    with client, server:
        pass


def test_the_first_subprotocol_is_agreed_on() -> None:
    client, server = connected_pair(protocols=["chat", "game"])

    assert server.get_request(server.get_peers()[0]).protocols == ("chat", "game")
    with client, server:
        pass


def test_they_may_be_peers_of_a_session() -> None:
    client, server = connected_pair(gd_mp_api=True)

    assert server.get_peers() == [client.get_unique_id()]
    client.put_packet(b"x")
    server.poll()
    assert (server.get_packet_peer(), server.get_packet()) == (client.get_unique_id(), b"x")
    with client, server:
        pass


def test_the_client_goes_and_comes_back() -> None:
    clock = FakeClock()
    client, server = connected_pair(clock=clock)
    log = SignalLog(server, but={"client_request"})
    client.disconnect_from_host(4000, "bye")
    for _ in range(3):
        server.poll()
        client.poll()
    assert log.names == ["client_close_request", "client_disconnected"]
    client.connect_to_url("ws://anywhere.example/")
    for _ in range(3):
        client.poll()
        server.poll()
    assert log.names[-1] == "client_connected"
    with client, server:
        pass
