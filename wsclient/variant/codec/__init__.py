"""Variants to bytes and back."""
