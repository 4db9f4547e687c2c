"""The simulated firm evaluates a play by itself, and is held against the truth that only the simulator knows."""
