"""Explains text that arrives in place of a frame.

A server's handler writes it into the connection when it fails.
"""

from __future__ import annotations

from wsclient.ground.escape import escape

__all__ = ["explain_stray_text", "may_become_text"]

_FEWEST = 8  # bytes; fewer may look like text by chance
_MOST_QUOTED = 40  # characters; with the words around them, they fit into a Close frame
_HTTP = b"HTTP/"
_LINE_ENDS = b"\t\r\n"


def explain_stray_text(data: bytes, peer: str) -> str:
    """Explains bytes that break the framing, if they are text.

    Returns "" if they are not.

    Args:
        data: the data that has arrived, from the first byte that is not part of a frame.
        peer: the sender, such as "the server".
    """
    sample = data[:_MOST_QUOTED]
    if (len(sample) < _FEWEST and not _has_line(sample)) or not _is_text(sample):
        return ""
    line = sample.decode(errors="ignore").strip().partition("\n")[0].rstrip()
    if line.startswith("HTTP/"):
        status = escape(line.partition(" ")[2], _MOST_QUOTED)
        return f"{peer} wrote an HTTP reply ({status}) into the connection: its handler failed"
    return f"{peer} wrote text into the connection, '{escape(line, _MOST_QUOTED)}': its handler may have failed"


def may_become_text(data: bytes) -> bool:
    """Returns True if bytes that break the framing may be the start of a text.

    Too few have arrived to decide, and no line is complete.

    Args:
        data: the data that has arrived, from the first byte that is not part of a frame.
    """
    is_cut_off = len(data) < _FEWEST or (data.startswith(_HTTP) and len(data) < _MOST_QUOTED)
    return is_cut_off and not _has_line(data) and _is_text(data)


def _has_line(data: bytes) -> bool:
    return b"\n" in data.lstrip(_LINE_ENDS)


def _is_text(sample: bytes) -> bool:
    try:
        text = sample.decode()
    except UnicodeDecodeError as error:
        text = sample[: error.start].decode()
        if error.end < len(sample) or error.reason != "unexpected end of data":
            return False
    return text.translate(dict.fromkeys(_LINE_ENDS)).isprintable()
