"""Step 4: a coin to catch.

Start `step4_server`, then run `python -m demos.tutorial.step4` twice.
"""

import json
import sys

import pygame

from wsclient import WebSocketClient

SPEED = 240  # pixels a second

pygame.init()
screen, clock = pygame.display.set_mode((640, 360)), pygame.time.Clock()
font = pygame.font.Font(None, 24)
me = pygame.Vector2(320, 180)
world = {"coin": [-99, -99], "score": 0, "others": []}  # the last state from the server
client = WebSocketClient()


@client.on("data_received")
def on_data() -> None:
    world.update(json.loads(client.get_message()))


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
        client.send_text(json.dumps([me.x, me.y]))

    screen.fill("midnightblue")
    pygame.draw.circle(screen, "white", world["coin"], 8)
    for other in world["others"]:
        pygame.draw.rect(screen, "tomato", (other["x"] - 10, other["y"] - 10, 20, 20))
    pygame.draw.rect(screen, "gold", (me.x - 10, me.y - 10, 20, 20))
    screen.blit(font.render(f"Coins: {world['score']}", True, "white"), (12, 12))
    pygame.display.flip()
client.disconnect_from_host()
