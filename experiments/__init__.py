"""Configuration to objects, studies, comparison and reports."""
