"""A chat in arcade.

Run it with `python -m demos.engines.chat_arcade`, after `pip install arcade`.
"""

import atexit
import sys

import arcade

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("arcade is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends


class Chat(arcade.Window):
    """The lines that are shown, and the line that is typed."""

    def __init__(self) -> None:
        super().__init__(640, 360, "Chat")
        self.background_color = arcade.color.MIDNIGHT_BLUE
        self.typed = ""
        self.shown = arcade.Text("", 12, 336, font_size=14, multiline=True, width=616)

    def on_update(self, _delta_time: float) -> None:
        client.poll()  # once a frame; emits the signals
        self.shown.text = "\n".join([*map(str, lines[-12:]), f"> {self.typed}"])

    def on_draw(self) -> None:
        self.clear()
        self.shown.draw()

    def on_text(self, text: str) -> None:
        self.typed += text if text.isprintable() else ""

    def on_key_press(self, symbol: int, _modifiers: int) -> None:
        if symbol == arcade.key.ENTER:
            if not client.send_text(self.typed):  # refused until the connection is open; the line is kept
                self.typed = ""
        elif symbol == arcade.key.ESCAPE:
            self.close()


Chat().run()
