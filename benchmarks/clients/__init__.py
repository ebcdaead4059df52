"""One file for each client.

They do the same work, each in the way that the client's documentation describes as the fastest.
"""
