"""The same small chat in one engine after the other: see `docs/gallery.md`."""
