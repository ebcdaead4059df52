"""A game for two, from nothing in five steps: see `docs/tutorial.md`."""
