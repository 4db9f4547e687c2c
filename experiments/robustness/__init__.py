"""Which plan is least bad when sizes, theory and scenario are not known, and where each wins."""
