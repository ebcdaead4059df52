"""Step 3: two players see each other.

Start `step3_server`, then run `python -m demos.tutorial.step3` twice.
"""

import json
import sys

import pygame

from wsclient import WebSocketClient

SPEED = 240  # pixels a second

pygame.init()
screen, clock = pygame.display.set_mode((640, 360)), pygame.time.Clock()
me = pygame.Vector2(320, 180)
other: pygame.Vector2 | None = None
client = WebSocketClient()


@client.on("data_received")
def on_data() -> None:
    global other
    other = pygame.Vector2(json.loads(client.get_message()))


if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9082"):
    sys.exit(str(client.last_error))  # the argument is not a URL
running = True
while running:
    client.poll()
    elapsed = clock.tick(60) / 1000  # seconds
    for event in pygame.event.get():
        running = running and event.type != pygame.QUIT
    keys = pygame.key.get_pressed()
    me.x = (me.x + (keys[pygame.K_RIGHT] - keys[pygame.K_LEFT]) * SPEED * elapsed) % 640
    me.y = (me.y + (keys[pygame.K_DOWN] - keys[pygame.K_UP]) * SPEED * elapsed) % 360
    if client.get_connection_status() == client.CONNECTION_CONNECTED:
        client.send_text(json.dumps([me.x, me.y]))  # sixty times a second: a few kilobytes

    screen.fill("midnightblue")
    pygame.draw.rect(screen, "gold", (me.x - 10, me.y - 10, 20, 20))
    if other is not None:
        pygame.draw.rect(screen, "tomato", (other.x - 10, other.y - 10, 20, 20))
    pygame.display.flip()
client.disconnect_from_host()
