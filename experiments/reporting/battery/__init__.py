"""A validation as a page, a figure and on the terminal."""
