"""Compares the cost of wsclient with that of other clients. See README.md.

It measures messages, idle frames and connections.
"""
