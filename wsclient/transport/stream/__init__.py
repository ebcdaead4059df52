"""Byte streams: TCP, and TLS over it."""
