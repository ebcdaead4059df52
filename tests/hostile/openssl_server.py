"""Runs `openssl s_server`, which renegotiates and changes keys on command.

No other server at hand does.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Self

from tests.hostile.raw_server import GUID
from tests.support.tls import authority

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OPENSSL", "OpensslServer"]

OPENSSL = shutil.which("openssl")


class OpensslServer:
    """One connection to a process in whose terminal the test types.

    Use it in a `with` statement.

    Attributes:
        port: on 127.0.0.1.
        output: all that it has printed: what the client sent, and what it did itself.
    """

    def __init__(self, folder: Path, version: str) -> None:
        certificate = folder / "server.pem"
        certificate.write_bytes(authority().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes())
        assert OPENSSL is not None
        self._process = subprocess.Popen(
            [OPENSSL, "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate), "-msg", f"-{version}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        self.output = b""
        while (found := re.search(rb"ACCEPT .*:(\d+)\n", self.output)) is None:
            self.output += os.read(self._stdout.fileno(), 4096)
        self.port = int(found[1])
        os.set_blocking(self._stdout.fileno(), False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()

    def read(self) -> bytes:
        """All that it has printed until now."""
        while data := self._read():
            self.output += data
        return self.output

    def type(self, text: bytes) -> None:
        """Types: what does not begin with a command's letter goes to the client."""
        self._stdin.write(text)

    def agree(self) -> None:
        """Answers the client's request, which must have arrived."""
        found = re.search(rb"Sec-WebSocket-Key: (\S+)", self.output)
        assert found is not None
        accept = base64.b64encode(hashlib.sha1(found[1] + GUID.encode()).digest())
        head = (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        )
        self.type(head + accept + b"\r\n\r\n")

    def freeze(self) -> None:
        """Has it stand still."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Has it go on."""
        self._process.send_signal(signal.SIGCONT)

    def _read(self) -> bytes:
        try:
            return os.read(self._stdout.fileno(), 65536)
        except BlockingIOError:
            return b""
