"""The only room that touches the world: sockets, TLS, name lookup, time. Yields protocol events."""
