"""Lists what a `WebSocketClient` does everywhere it runs.

This means sockets, browsers, Node.js and pygbag's bridge.

Each behaviour is a coroutine that plays in a `Scene` and asserts. It runs inside the page, so that it imports nothing
but the library and what each Python has. Where a page differs, the behaviour says in what.
"""

from tests.browser.behaviours import closing, godot, handling, messages, opening, refusing
from tests.browser.behaviours.listed import BEHAVIOURS

__all__ = ["BEHAVIOURS", "closing", "godot", "handling", "messages", "opening", "refusing"]
