"""Which assumptions matter, and which would change the decision: Morris, Sobol, tornado, and the search for flips."""
