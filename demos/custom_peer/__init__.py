"""A custom peer, and the arena's game on it."""
