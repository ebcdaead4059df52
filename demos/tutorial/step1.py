"""Step 1: a square that you move, without a network.

Run it with `python -m demos.tutorial.step1`.
"""

import pygame

SPEED = 240  # pixels a second

pygame.init()
screen, clock = pygame.display.set_mode((640, 360)), pygame.time.Clock()
me = pygame.Vector2(320, 180)

running = True
while running:
    elapsed = clock.tick(60) / 1000  # seconds
    for event in pygame.event.get():
        running = running and event.type != pygame.QUIT
    keys = pygame.key.get_pressed()
    me.x = (me.x + (keys[pygame.K_RIGHT] - keys[pygame.K_LEFT]) * SPEED * elapsed) % 640
    me.y = (me.y + (keys[pygame.K_DOWN] - keys[pygame.K_UP]) * SPEED * elapsed) % 360

    screen.fill("midnightblue")
    pygame.draw.rect(screen, "gold", (me.x - 10, me.y - 10, 20, 20))
    pygame.display.flip()
