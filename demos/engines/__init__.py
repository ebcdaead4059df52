"""The same small chat in many engines: see `docs/gallery.md`."""
