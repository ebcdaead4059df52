"""Echoes each message in its kind, for Autobahn's fuzzing client.

python -m tests.interop.autobahn_server 9002
"""

from __future__ import annotations

import sys

from tests.support.hosting import echo_to_sender
from wsclient import Error, PollGroup, WebSocketServer

__all__ = ["echoing", "main"]

_KIB = 64 * 1024  # of buffers: the largest case has 16 MiB, and echoes queue up
_PACKETS = 65536


def echoing(port: int) -> WebSocketServer:
    """Returns a server that listens on this machine, with compression.

    Raises:
        RuntimeError: the port cannot be listened on.
    """
    server = WebSocketServer()
    server.bind_ip = "127.0.0.1"
    server.compression = True
    server.heartbeat_interval = 0  # a case counts every frame
    server.set_buffers(_KIB, _PACKETS, _KIB, _PACKETS)

    echo_to_sender(server)
    if server.listen(port) != Error.OK:
        raise RuntimeError(f"{server.last_error}")
    return server


def main() -> None:
    """Serves until the process ends."""
    server = echoing(int(sys.argv[1]))
    group = PollGroup()
    group.add(server)
    while True:
        group.wait(1.0)
        group.poll()


if __name__ == "__main__":
    main()
