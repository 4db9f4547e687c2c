"""What is it worth to know more before deciding? Perfect, partial and sample information over an ensemble."""
