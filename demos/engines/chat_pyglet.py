"""A chat in pyglet.

Run it with `python -m demos.engines.chat_pyglet`, after `pip install pyglet`.
"""

import atexit
import sys

import pyglet

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("pyglet is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

window = pyglet.window.Window(640, 360, "Chat")
shown = pyglet.text.Label("", x=12, y=336, font_size=14, multiline=True, width=616)
typed = pyglet.text.Label("", x=12, y=12, font_size=14)


@window.event
def on_draw() -> None:
    window.clear()
    shown.text = "\n".join(map(str, lines[-12:]))
    shown.draw()
    typed.draw()


@window.event
def on_text(text: str) -> None:
    typed.text += text if text.isprintable() else ""


@window.event
def on_key_press(symbol: int, _modifiers: int) -> None:
    if symbol == pyglet.window.key.ENTER and not client.send_text(
        typed.text
    ):  # refused until the connection is open; the line is kept
        typed.text = ""


pyglet.clock.schedule_interval(lambda _elapsed: client.poll(), 1 / 60)  # emits the signals
pyglet.app.run()  # Escape closes the window
