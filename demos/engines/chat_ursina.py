"""A chat in Ursina.

Run it with `python -m demos.engines.chat_ursina`, after `pip install ursina`.
"""

import atexit
import sys

from ursina import Entity, InputField, Text, Ursina, Vec2, color, window

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("Ursina is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

app = Ursina(title="Chat", size=Vec2(640, 360), borderless=False, development_mode=False)
window.color = color.hsv(240, 0.7, 0.3)
shown = Text(position=Vec2(-0.85, 0.45), scale=2)
entry = InputField(y=-0.4, limit_content_to="")
entry.active = True


class Chat(Entity):
    """The lines that are shown, and the line that is typed."""

    def update(self) -> None:
        client.poll()  # once a frame; emits the signals
        shown.text = "\n".join(map(str, lines[-12:]))

    def input(self, key: str) -> None:
        if key == "enter":
            if not client.send_text(entry.text):  # refused until the connection is open; the line is kept
                entry.text = ""
        elif key == "escape":
            app.userExit()


Chat()
app.run()
