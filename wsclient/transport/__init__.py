"""Connects the library to the world: sockets, TLS, name lookup and time.

No other room does. It returns the events of the protocol.
"""
