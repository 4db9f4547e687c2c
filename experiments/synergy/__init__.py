"""Which plays help each other, and which eat each other: singles, pairs and all, under the same luck."""
