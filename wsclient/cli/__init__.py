"""The command line: `python -m wsclient`, built on the library as any program would be.

    options        what can be asked for, and the exit codes
    report         what is shown: plain, in colours (with rich, the extra "cli"), or as JSON
    round_trips    what --ping measures
    session        one connection, from the command to its end
    serve          a server to try things with
    swarm          many clients at once; its parts are the modules `swarm_...`

Nothing of the library imports this room.
"""
