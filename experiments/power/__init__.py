"""How many replications, and of how many customers, does a study need? A pilot of its own arms says."""
