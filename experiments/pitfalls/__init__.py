"""Pitfalls against their remedies, under the same luck."""
