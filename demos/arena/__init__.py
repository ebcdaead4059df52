"""The arena: a small game over real sockets.

`python -m demos.arena` starts the server, the bots and the window.
"""
