"""What the engine costs and what the same luck saves, measured against a plain-Mesa twin: `python -m benchmarks.run`."""
