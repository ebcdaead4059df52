"""A chat in raylib.

Run it with `python -m demos.engines.chat_raylib`, after `pip install raylib`.
"""

import atexit
import sys

import pyray

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("raylib is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

pyray.set_config_flags(pyray.ConfigFlags.FLAG_WINDOW_ALWAYS_RUN)  # keep polling while minimized
pyray.init_window(640, 360, "Chat")
pyray.set_target_fps(60)
typed = ""
while not pyray.window_should_close():  # Escape closes it
    client.poll()  # once a frame; emits the signals
    while letter := pyray.get_char_pressed():
        typed += chr(letter)
    if pyray.is_key_pressed(pyray.KeyboardKey.KEY_ENTER) and not client.send_text(typed):
        typed = ""  # refused until the connection is open; the line is kept
    pyray.begin_drawing()
    pyray.clear_background(pyray.DARKBLUE)
    for row, line in enumerate([*lines[-10:], f"> {typed}"]):
        pyray.draw_text(str(line), 12, 12 + 30 * row, 20, pyray.RAYWHITE)
    pyray.end_drawing()
pyray.close_window()
