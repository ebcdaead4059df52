"""Explains text in place of a frame: a server's handler wrote it into the connection when it failed."""

from __future__ import annotations

from wsclient.ground.escape import escape

__all__ = ["explain_stray_text"]

_FEWEST = 8  # bytes: fewer may look like text by chance
_MOST_QUOTED = 40  # characters: with the words around it, that fits a Close frame
_LINE_ENDS = b"\t\r\n"


def explain_stray_text(data: bytes, peer: str) -> str:
    """Returns an explanation of bytes that break the framing, if they are text; "" if they are not.

    Args:
        data: from the first byte that is no frame, as far as it has arrived.
        peer: the sender: "the server".
    """
    sample = data[:_MOST_QUOTED]
    if len(sample) < _FEWEST or not _is_text(sample):
        return ""
    line = sample.decode(errors="ignore").strip().partition("\n")[0].rstrip()
    if line.startswith("HTTP/"):
        status = escape(line.partition(" ")[2], _MOST_QUOTED)
        return f"{peer} wrote an HTTP reply ({status}) into the connection: its handler failed"
    return f"{peer} wrote text into the connection, '{escape(line, _MOST_QUOTED)}': its handler may have failed"


def _is_text(sample: bytes) -> bool:
    try:
        text = sample.decode()
    except UnicodeDecodeError as error:
        text = sample[: error.start].decode()
        if error.end < len(sample) or error.reason != "unexpected end of data":
            return False
    return text.translate(dict.fromkeys(_LINE_ENDS)).isprintable()
