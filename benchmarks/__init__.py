"""What the engine costs and what the same luck saves, beside a plain-Mesa twin: `python -m benchmarks.run`."""
