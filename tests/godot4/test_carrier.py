from __future__ import annotations

import pytest

from wsclient.godot4.carrier import Carrier
from wsclient.godot4.tls_options import TLSOptions
from wsclient.ground.error import Error
from wsclient.testing import ScriptedServer

URL = "ws://game.example"


@pytest.fixture
def server():
    return ScriptedServer()


@pytest.fixture
def carrier(server):
    carrier = Carrier(server)
    carrier.start(URL, None, is_multiplayer=True)
    server.accept()
    carrier.poll()
    yield carrier
    carrier.drop()


def test_joins_with_the_id_that_comes_first(carrier, server):
    server.send(b"\x07\x00\x00\x00", b"packet")
    carrier.poll()
    assert (carrier.get_unique_id(), carrier.get_peers(), carrier.get_packet()) == (7, [1], b"packet")


def test_recognizes_a_first_message_without_an_id(carrier, server):
    assert not carrier.is_refused
    server.send(b"hello")
    carrier.poll()
    assert carrier.is_refused


def test_owes_an_end_until_it_is_emitted(carrier, server):
    assert carrier.owes_end
    carrier.drop()
    assert carrier.owes_end
    carrier.poll()
    assert not carrier.owes_end


def test_is_closing_from_our_goodbye_to_the_end(carrier, server):
    assert not carrier.is_closing
    carrier.disconnect_from_host()
    assert carrier.is_closing


def test_a_refusal_is_kept(carrier):
    assert carrier.refuse(Error.FAILED, "no") == Error.FAILED
    assert carrier.last_error is not None


def test_options_of_tls_are_set_before_connecting():
    carrier = Carrier(ScriptedServer())
    carrier.start("wss://x", TLSOptions.client_unsafe("chain"), is_multiplayer=False)
    assert (carrier.verify_ssl, carrier.trusted_ssl_certificate) == (False, "chain")
