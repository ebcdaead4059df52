"""Mailbox: any thread puts messages in, within the limits; the owner takes them."""

from __future__ import annotations

import threading

import pytest

from wsclient.websocket.link import Limits
from wsclient.websocket.mailbox import Mailbox

LIMITS = Limits(max_bytes=10, max_packets=3)


def test_the_first_message_put_in_comes_first() -> None:
    mailbox = Mailbox()
    mailbox.put(b"one", LIMITS, is_text=False)
    mailbox.put(b"two", LIMITS, is_text=True)

    mailbox.take()

    assert mailbox.messages == [(b"two", True, 0)]


@pytest.mark.parametrize(
    ("payloads", "beyond"),
    [
        pytest.param([b"12345", b"67890"], b"1", id="bytes"),
        pytest.param([b"", b"", b""], b"", id="messages"),
        pytest.param([], b"12345678901", id="too-large-by-itself"),
    ],
)
def test_oversized_values_are_refused(payloads: list[bytes], beyond: bytes) -> None:
    mailbox = Mailbox()
    for payload in payloads:
        mailbox.put(payload, LIMITS, is_text=False)

    with pytest.raises(BufferError, match=r"send_from_thread\(\): no room .*set_buffers"):
        mailbox.put(beyond, LIMITS, is_text=False)

    assert [payload for payload, *_ in mailbox.messages] == payloads


def test_taken_messages_free_their_room() -> None:
    mailbox = Mailbox()
    mailbox.put(b"1234567890", LIMITS, is_text=False)
    mailbox.take()

    mailbox.put(b"1234567890", LIMITS, is_text=False)

    assert len(mailbox.messages) == 1


def test_concurrent_threads_keep_to_the_limits_together() -> None:
    mailbox, refused = Mailbox(), []
    limits = Limits(max_bytes=500, max_packets=4096)

    def put() -> None:
        for _ in range(1000):
            try:
                mailbox.put(b"x", limits, is_text=False)
            except BufferError as error:
                refused.append(error)

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(mailbox.messages), len(refused)) == (500, 3500)
