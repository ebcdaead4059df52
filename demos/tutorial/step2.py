"""Step 2: the game connects to `demos.minimal.server`.

Run it with `python -m demos.tutorial.step2`.
"""

import sys

import pygame

from wsclient import WebSocketClient

SPEED = 240  # pixels a second

pygame.init()
screen, clock = pygame.display.set_mode((640, 360)), pygame.time.Clock()
font = pygame.font.Font(None, 24)
me = pygame.Vector2(320, 180)
status = "Connecting..."
client = WebSocketClient()


@client.on("connection_established")
def on_open(_protocol: str) -> None:
    client.send_text("Hello, server!")


@client.on("data_received")
def on_data() -> None:
    global status
    status = f"The server says: {client.get_message()}"


if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9080"):
    sys.exit(str(client.last_error))  # the argument is not a URL
running = True
while running:
    client.poll()  # calls on_open and on_data; nothing else does
    elapsed = clock.tick(60) / 1000  # seconds
    for event in pygame.event.get():
        running = running and event.type != pygame.QUIT
    keys = pygame.key.get_pressed()
    me.x = (me.x + (keys[pygame.K_RIGHT] - keys[pygame.K_LEFT]) * SPEED * elapsed) % 640
    me.y = (me.y + (keys[pygame.K_DOWN] - keys[pygame.K_UP]) * SPEED * elapsed) % 360

    screen.fill("midnightblue")
    pygame.draw.rect(screen, "gold", (me.x - 10, me.y - 10, 20, 20))
    screen.blit(font.render(status, True, "white"), (12, 12))
    pygame.display.flip()
client.disconnect_from_host()
