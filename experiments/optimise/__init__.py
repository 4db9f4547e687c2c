"""What should be done? A search over plays' parameters and budget splits, judged on luck that it never saw."""
