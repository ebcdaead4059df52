from __future__ import annotations

import inspect

from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings, Transport, no_express


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = Settings()
    assert (settings.handshake_timeout, settings.close_timeout, settings.heartbeat_interval) == (10.0, 5.0, 20.0)
    assert settings.max_message_size == 16 * 1024 * 1024
    assert (settings.verify_ssl, settings.trusted_certificate) == (True, None)
    assert (settings.compression, settings.no_delay) == (False, True)


def test_a_request_only_asks_for_the_url_by_default() -> None:
    request = OpeningRequest(URL.parse("ws://a/"))
    assert (request.subprotocols, request.headers) == ((), ())


def concrete() -> Transport:
    """Makes what a browser's transport inherits.

    All abstract methods are replaced.
    """
    abstract = {name: inspect.getattr_static(Transport, name) for name in Transport.__abstractmethods__}
    return type("Concrete", (Transport,), dict.fromkeys(abstract, None))()


def test_a_transport_that_does_not_know_has_neither_latency_nor_silence() -> None:
    assert (concrete().latency, concrete().silence) == (-1.0, -1.0)


def test_a_transport_may_have_no_express() -> None:
    assert concrete().express is no_express
    assert not no_express(b"", False)


def test_a_transport_may_not_know_the_other_side_or_refuse_anything() -> None:
    transport = concrete()
    transport.set_no_delay(False)
    assert transport.remote_address == ("", 0)
    assert transport.refusal_of(OpeningRequest(URL.parse("ws://a/"))) == ""
