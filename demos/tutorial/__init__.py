"""A game for two players in five steps: see `docs/tutorial.md`."""
