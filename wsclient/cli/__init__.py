"""The command line, `python -m wsclient`.

It uses the library like any other program.

    options        the options, and the exit codes
    report         the output: plain, in colours (with rich, the extra "cli"), or as JSON
    round_trips    the measurements of --ping
    session        one connection, from the command to its end
    serve          a server to try things with
    swarm          many clients at once; its parts are the modules `swarm_...`

No other part of the library imports this room.
"""
