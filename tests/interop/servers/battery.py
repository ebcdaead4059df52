"""The questions that every server is asked, and what is expected of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.interop.servers.conversations import Closed, Conversation, Refused, Silent

if TYPE_CHECKING:
    from tests.interop.servers.running import Running

__all__ = ["CHECKS", "Check", "ask"]

Speaker = Callable[[], Conversation]

TEXT = "Grüße, 世界 🎮"
BINARY = bytes(range(256))
BURST = 1000
OFFERED = ("chat.v2", "chat.v1")


@dataclass(frozen=True)
class Check:
    """One question.

    Attributes:
        name: of the column.
        expected: the answer of a server that does all that the RFC lets it do.
        ask: does it, and returns the answer in a few words.
    """

    name: str
    expected: str
    ask: Callable[[Speaker, Running], str]


def ask(check: Check, speaker: Speaker, server: Running) -> str:
    """Asks one question, and returns the answer, whatever happens."""
    opened: list[Conversation] = []

    def new() -> Conversation:
        opened.append(speaker())
        return opened[-1]

    try:
        return check.ask(new, server)
    except Refused as error:
        return f"refused {error}"
    except Closed as error:
        return f"closed {error}"
    except (Silent, OSError):
        return "no answer"
    except NotImplementedError:
        return "-"
    finally:
        for conversation in opened:
            conversation.abandon()


def _opened(speaker: Speaker, server: Running, *, compression: bool = False) -> Conversation:
    conversation = speaker()
    dialect = server.dialect
    conversation.open(dialect.url(server.port), server.protocols, compression=compression)
    dialect.greet(conversation)
    return conversation


def _echoed(conversation: Conversation, server: Running, message: str | bytes) -> str:
    conversation.send(server.dialect.wrap(message))
    echo = server.dialect.unwrap(conversation.receive())
    if echo == message:
        return "same"
    return (
        f"{type(echo).__name__} of {len(echo)}" if type(echo) is not type(message) else f"{len(echo)} of {len(message)}"
    )


def _echo(*messages: str | bytes) -> Callable[[Speaker, Running], str]:
    def echo(speaker: Speaker, server: Running) -> str:
        wanted = [message for message in messages if server.dialect.sends_binary or isinstance(message, str)]
        if not wanted:
            return "-"
        conversation = _opened(speaker, server)
        answers = {_echoed(conversation, server, message) for message in wanted}
        conversation.close(1000, "")
        return ", ".join(sorted(answers))

    return echo


def _connect(speaker: Speaker, server: Running) -> str:
    return "open" if _opened(speaker, server).close(1000, "") else "?"


def _subprotocol(speaker: Speaker, server: Running) -> str:
    conversation = speaker()
    conversation.open(server.dialect.url(server.port), OFFERED)
    conversation.close(1000, "")
    return conversation.protocol or "none"


def _fragments(speaker: Speaker, server: Running) -> str:
    conversation = _opened(speaker, server)
    wrapped = server.dialect.wrap(TEXT)
    if not isinstance(wrapped, str):
        return "-"
    conversation.send_pieces([*wrapped])
    return "same" if server.dialect.unwrap(conversation.receive()) == TEXT else "changed"


def _compression(speaker: Speaker, server: Running) -> str:
    conversation = _opened(speaker, server, compression=True)
    state = json.dumps([{"id": number, "x": number * 37 % 1000} for number in range(500)])
    answer = _echoed(conversation, server, state)
    answer += {True: " deflate", False: " plain", None: ""}[conversation.is_compressed()]
    conversation.close(1000, "")
    return answer


def _ping(speaker: Speaker, server: Running) -> str:
    return "pong" if _opened(speaker, server).ping() else "no pong"


def _close_here(speaker: Speaker, server: Running) -> str:
    return _opened(speaker, server).close(4000, "done")


def _close_there(speaker: Speaker, server: Running) -> str:
    conversation = _opened(speaker, server)
    conversation.send(server.dialect.ask_to_close(4001, "bye"))
    return conversation.wait_for_the_end()


def _burst(speaker: Speaker, server: Running) -> str:
    conversation = _opened(speaker, server)
    messages = [f"{number:04d}".ljust(100, "x") for number in range(BURST)]
    for message in messages:
        conversation.send(server.dialect.wrap(message))
    echoes = [server.dialect.unwrap(conversation.receive()) for _ in messages]
    return "in order" if echoes == messages else "out of order"


def _refusal(path: str) -> Callable[[Speaker, Running], str]:
    def refusal(speaker: Speaker, server: Running) -> str:
        conversation = speaker()
        conversation.open(f"ws://127.0.0.1:{server.port}{path}", server.protocols)
        conversation.close(1000, "")
        return "open"

    return refusal


def _redirect(speaker: Speaker, server: Running) -> str:
    with suppress(Refused):
        _refusal("/missing")(speaker, server)
        return "-"  # every path is an echo
    return _refusal("/moved")(speaker, server)


def _stopped(speaker: Speaker, server: Running) -> str:
    conversation = _opened(speaker, server)
    server.terminate()
    return conversation.wait_for_the_end()


#: In the order of the table. The last one ends the server.
CHECKS = (
    Check("connect", "open", _connect),
    Check("subprotocol", "chat.v1", _subprotocol),
    Check("text", "same", _echo(TEXT)),
    Check("binary", "same", _echo(BINARY)),
    Check("empty", "same", _echo("", b"")),
    Check("1 MiB", "same", _echo("x" * (1 << 20), bytes(1 << 20))),
    Check("fragments", "same", _fragments),
    Check("compression", "same deflate", _compression),
    Check("ping", "pong", _ping),
    Check("burst", "in order", _burst),
    Check("we close", "4000 done", _close_here),
    Check("it closes", "4001 bye", _close_there),
    Check("HTTP error", "refused 404", _refusal("/missing")),
    Check("redirect", "open", _redirect),
    Check("stopped", "1001", _stopped),
)
