"""ForkedTransport: a connection that is the parent's."""

from __future__ import annotations

import pytest

from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest
from wsclient.transport.forked import ForkedTransport


@pytest.mark.hostile("G22")
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda it: it.open(OpeningRequest(URL.parse("ws://host/"))), id="open"),
        pytest.param(lambda it: it.poll(), id="poll"),
        pytest.param(lambda it: it.can_send, id="can_send"),
        pytest.param(lambda it: it.send(b"x", is_text=False), id="send"),
        pytest.param(lambda it: it.flush(), id="flush"),
        pytest.param(lambda it: it.close(1000, ""), id="close"),
        pytest.param(lambda it: it.set_no_delay(True), id="set_no_delay"),
    ],
)
def test_using_it_names_its_owner_and_a_remedy(use) -> None:
    with pytest.raises(RuntimeError, match=r"belongs to process 7, .*disconnect_from_host.*make a new client"):
        use(ForkedTransport(7))


def test_letting_go_of_it_is_allowed_and_asking_finds_nothing() -> None:
    forked = ForkedTransport(7)

    forked.abort()

    assert not forked.has_more
    assert forked.buffered_amount == forked.buffered_messages == 0
    assert forked.remote_address == ("", 0)
    assert forked.latency == forked.silence == -1.0
    assert forked.clock() <= forked.clock()
