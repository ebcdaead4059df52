"""Implements RFC 6455 and RFC 7692 without I/O: bytes in, events out.

It has no sockets, no clock and no signals.
"""
