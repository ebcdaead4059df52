from __future__ import annotations

import pytest

from wsclient import WebSocketClient
from wsclient.godot4.tls_options import TLSOptions


@pytest.mark.parametrize(
    ("options", "trusted", "verifies"),
    [
        (TLSOptions.client(), None, True),
        (TLSOptions.client("chain.pem"), "chain.pem", True),
        (TLSOptions.client_unsafe(), None, False),
    ],
)
def test_sets_what_a_client_trusts(options, trusted, verifies):
    client = WebSocketClient()
    options.apply_to(client)
    assert (client.trusted_ssl_certificate, client.verify_ssl) == (trusted, verifies)
