"""Step 5: errors are shown, and the game reconnects.

Start `step4_server`, then `python -m demos.tutorial.step5`.
"""

import json
import sys

import pygame

from wsclient import ReconnectPolicy, WebSocketClient

SPEED = 240  # pixels a second
URL = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9082"

pygame.init()
screen, clock = pygame.display.set_mode((640, 360)), pygame.time.Clock()
font = pygame.font.Font(None, 24)
me = pygame.Vector2(320, 180)
world = {"coin": [-99, -99], "score": 0, "others": []}  # the last state from the server
status = "Connecting..."
client = WebSocketClient()
client.heartbeat_interval = 2.0  # a silent server is noticed after four seconds
client.reconnect_policy = ReconnectPolicy(max_delay=4.0)


@client.on("connection_established")
def on_open(_protocol: str) -> None:
    global status
    status = ""


@client.on("data_received")
def on_data() -> None:
    world.update(json.loads(client.get_message()))


@client.on("connection_error")
@client.on("connection_closed")
def on_end(_was_clean: bool = False) -> None:
    global status
    status = str(client.last_error or client.close_reason or "The server has closed the connection.")
    world["others"] = []


@client.on("reconnection_failed")
def on_giving_up() -> None:
    global status
    status += " Start the game again to play on."


client.connect_to_url(URL)
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
    pause = f" {client.time_to_reconnect:.1f} s" if client.time_to_reconnect > 0 else ""

    screen.fill("midnightblue")
    pygame.draw.circle(screen, "white", world["coin"], 8)
    for other in world["others"]:
        pygame.draw.rect(screen, "tomato", (other["x"] - 10, other["y"] - 10, 20, 20))
    pygame.draw.rect(screen, "gold" if not status else "gray", (me.x - 10, me.y - 10, 20, 20))
    screen.blit(font.render(f"Coins: {world['score']}   {status}{pause}", True, "white"), (12, 12))
    pygame.display.flip()
client.disconnect_from_host()
