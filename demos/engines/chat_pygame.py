"""A chat in pygame-ce.

Run it with `python -m demos.engines.chat_pygame`, after `pip install pygame-ce`.
"""

import atexit
import sys

import pygame

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("pygame-ce is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

pygame.init()
screen, font, clock = pygame.display.set_mode((640, 360)), pygame.font.Font(None, 28), pygame.time.Clock()
typed, is_running = "", True
while is_running:
    client.poll()  # once a frame; emits the signals
    for event in pygame.event.get():
        if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
            is_running = False
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_RETURN:
            if not client.send_text(typed):  # refused until the connection is open; the line is kept
                typed = ""
        elif event.type == pygame.TEXTINPUT:
            typed += event.text
    screen.fill("midnightblue")
    for row, line in enumerate([*lines[-10:], f"> {typed}"]):
        screen.blit(font.render(str(line), True, "white"), (12, 12 + 30 * row))
    pygame.display.flip()
    clock.tick(60)
