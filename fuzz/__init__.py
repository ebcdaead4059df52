"""Fuzzing: `python -m fuzz` throws millions of broken inputs at whatever reads what strangers sent.

`targets/` says what is tried and what must hold, `corpus/` has inputs to start from, `engines.py` makes new ones of
them, `worker.py` runs one target in a process of its own, `__main__.py` runs all and counts.
"""
