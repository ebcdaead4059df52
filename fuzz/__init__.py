"""Fuzzing: `python -m fuzz` feeds random input to everything that reads data.

This is the data that strangers send. `targets/` has the functions to test and what must be true, and `corpus/` has
the first inputs. `engines.py` creates new inputs from them, `worker.py` runs one target in its own process, and
`__main__.py` runs all targets and counts the results.
"""
