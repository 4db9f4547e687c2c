"""What happens when parameters are varied: a grid, a paired list, a Latin hypercube or Sobol's sequence."""
