"""A peer of one's own, and the arena's game on it."""
