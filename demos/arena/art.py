"""The arena's pictures.

Each is drawn once, large, and scaled down, which smooths the edges.
"""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

import pygame

from demos.arena.model import HEIGHT as ARENA_HEIGHT
from demos.arena.model import WIDTH

__all__ = ["ANGLES", "FINER", "HEIGHT", "WIDTH", "backdrop", "glow", "ring", "ship", "sparkle", "tint"]

HEIGHT = ARENA_HEIGHT + 100  # of the window, with the numbers below the arena
FINER = 4  # times the final size
ANGLES = 180  # pictures of a ship, one for each direction

TOP, BOTTOM = pygame.Color(9, 12, 27), pygame.Color(20, 25, 52)
GRID = 80  # units
NEBULAE = ((260, 210, 520, 255), (1060, 520, 560, 210), (700, 60, 420, 300))  # x, y, radius, hue
SIDE = 72  # of a ship's picture
SHIP = ((24, 0), (-16, 15), (-9, 0), (-16, -15))
RIDGE = ((24, 0), (-16, 15), (-9, 0))  # the shaded half
FLAME = ((-11, 7), (-30, 0), (-11, -7))


def tint(hue: int, lightness: float = 66, saturation: float = 82) -> pygame.Color:
    """Returns the colour of a hue, with lightness and saturation in percent."""
    color = pygame.Color(0)
    color.hsla = (hue % 360, saturation, lightness, 100)
    return color


@lru_cache(maxsize=1)
def backdrop() -> pygame.Surface:
    """Returns a night sky with stars and a faint grid."""
    picture = pygame.Surface((WIDTH, HEIGHT))
    for y in range(HEIGHT):
        pygame.draw.line(picture, TOP.lerp(BOTTOM, y / HEIGHT), (0, y), (WIDTH, y))
    for x, y, radius, hue in NEBULAE:
        light = pygame.transform.smoothscale(
            glow(hue, radius // 8, 8), (2 * radius, 2 * radius)
        )  # without a visible edge
        picture.blit(light, (x - radius, y - radius), special_flags=pygame.BLEND_ADD)
    picture.blit(_grid(), (0, 0))
    picture.blit(_far_stars(), (0, 0), special_flags=pygame.BLEND_ADD)
    return picture.convert() if pygame.display.get_surface() else picture


def _grid() -> pygame.Surface:
    lines = pygame.Surface((WIDTH, HEIGHT), pygame.SRCALPHA)
    for x in range(GRID, WIDTH, GRID):
        pygame.draw.line(lines, (140, 165, 255, 12), (x, 0), (x, HEIGHT))
    for y in range(GRID, HEIGHT, GRID):
        pygame.draw.line(lines, (140, 165, 255, 12), (0, y), (WIDTH, y))
    return lines


def _far_stars() -> pygame.Surface:
    lot = Random(7)
    picture = pygame.Surface((WIDTH, HEIGHT))
    for _ in range(320):
        near = lot.random() ** 4
        color = pygame.Color(120, 140, 200).lerp((255, 244, 226), lot.random()).lerp("black", 0.6 - 0.5 * near)
        star = pygame.Surface((4 * FINER, 4 * FINER))
        pygame.draw.circle(star, color, (2 * FINER, 2 * FINER), FINER * (0.5 + 0.8 * near))
        star = pygame.transform.smoothscale(star, (4, 4))
        picture.blit(star, (lot.randrange(WIDTH), lot.randrange(HEIGHT)), special_flags=pygame.BLEND_ADD)
    return picture


@lru_cache(maxsize=4096)
def glow(hue: int, radius: int, lightness: int) -> pygame.Surface:
    """Returns a soft light, which is added to the picture below it.

    `lightness` is that of its centre, in percent.
    """
    picture = pygame.Surface((2 * radius, 2 * radius))
    for distance in range(radius, 0, -1):
        near = (1 - distance / radius) ** 2
        pygame.draw.circle(picture, tint(hue, lightness * near, 75), (radius, radius), distance)
    return picture


@lru_cache(maxsize=4096)
def ship(hue: int, angle: int, *, thrust: bool = False, is_lost: bool = False) -> pygame.Surface:
    """Returns a ship that points along one of the `ANGLES`, centred in the picture.

    It is pale if it `is_lost`.
    """
    side = SIDE * FINER
    picture = pygame.Surface((side, side), pygame.SRCALPHA)
    turn = math.tau * angle / ANGLES
    middle = pygame.Vector2(side / 2, side / 2)
    strength = 14 if is_lost else 82

    def draw(shape: tuple[tuple[float, float], ...], color: pygame.Color, width: int = 0) -> None:
        points = [pygame.Vector2(point).rotate_rad(turn) * FINER + middle for point in shape]
        if width:
            pygame.draw.lines(picture, color, True, points, width)
        else:
            pygame.draw.polygon(picture, color, points)

    if thrust:
        draw(FLAME, tint(hue + 20, 82, strength))
    draw(SHIP, tint(hue, 70, strength))
    draw(RIDGE, tint(hue, 54, strength))
    draw(SHIP, tint(hue, 88, strength), width=FINER + 1)
    small = pygame.transform.smoothscale(picture, (SIDE, SIDE))
    small.set_alpha(90 if is_lost else 255)
    return small


@lru_cache(maxsize=64)
def sparkle(size: int) -> pygame.Surface:
    """Returns a star with four rays, centred in the picture."""
    side = 2 * size * FINER
    middle = side / 2
    picture = pygame.Surface((side, side), pygame.SRCALPHA)
    center = pygame.Vector2(middle, middle)
    rays = (pygame.Vector2(middle * (1.0 if step % 2 == 0 else 0.26), 0).rotate(45 * step) for step in range(8))
    points = [center + ray for ray in rays]
    pygame.draw.polygon(picture, (255, 226, 150), points)
    pygame.draw.circle(picture, (255, 247, 224), (middle, middle), side * 0.13)
    return pygame.transform.smoothscale(picture, (2 * size, 2 * size))


@lru_cache(maxsize=512)
def ring(radius: int, strength: int) -> pygame.Surface:
    """Returns the ring that is shown when a star is caught.

    Its `strength` is from 0 to 255.
    """
    side = 2 * (radius + 2) * FINER
    picture = pygame.Surface((side, side), pygame.SRCALPHA)
    pygame.draw.circle(picture, (255, 232, 170, strength), (side / 2, side / 2), radius * FINER, 2 * FINER)
    return pygame.transform.smoothscale(picture, (side / FINER, side / FINER))
