"""Fuzzing: `python -m fuzz` feeds random input to everything that reads data.

This is the data that strangers send.

`targets/` says what is tried and what must hold, `corpus/` has inputs to start from, `engines.py` makes new ones of
them, `worker.py` runs one target in a process of its own, `__main__.py` runs all and counts.
"""
