"""Presets of a study. Defaults live in the code; a YAML file here holds only what differs from them."""
