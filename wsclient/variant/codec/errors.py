"""VariantError: raised when a value or bytes are refused."""

from __future__ import annotations

__all__ = ["VariantError"]


class VariantError(ValueError):
    """Raised for bytes that are not a Variant, or for a value that exceeds a limit.

    Attributes:
        error: the name of Godot's error code. `ERR_INVALID_DATA`: malformed, cut short, or nested too deep.
            `ERR_UNAUTHORIZED`: a full object, which is not allowed. `ERR_UNAVAILABLE`: a full object, whose class does
            not exist here, as none does. `ERR_OUT_OF_MEMORY`: over `max_size` or `max_items`.
        reason: the fault, in words.
        offset: its place, in bytes from the start of the data; when encoding, the bytes written so far.
    """

    def __init__(self, error: str, reason: str, offset: int) -> None:
        super().__init__(error, reason, offset)  # pass all three, so that it can be pickled
        self.error = error
        self.reason = reason
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.reason} (at byte {self.offset})"
