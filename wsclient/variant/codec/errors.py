"""What this room raises for values and bytes that it refuses."""

from __future__ import annotations

__all__ = ["VariantError"]


class VariantError(ValueError):
    """Bytes that are no Variant, or a value beyond the limits of one.

    Attributes:
        error: name of Godot's error code. `ERR_INVALID_DATA`: malformed, cut short, or nested too deep.
            `ERR_UNAUTHORIZED`: a full object, which nobody allowed. `ERR_UNAVAILABLE`: a full object of a class
            that does not exist here, and none does. `ERR_OUT_OF_MEMORY`: over `max_size`.
        reason: what is wrong, in words.
        offset: where, in bytes from the start of what was read (of what was written so far, when encoding).
    """

    def __init__(self, error: str, reason: str, offset: int) -> None:
        super().__init__(error, reason, offset)  # all three, so that it can be pickled
        self.error = error
        self.reason = reason
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.reason} (at byte {self.offset})"
