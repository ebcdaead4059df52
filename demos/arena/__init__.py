"""The arena: a small game over real sockets. `python -m demos.arena` starts its server, its bots and its window."""
