"""Encodes Variants to bytes and decodes them."""
