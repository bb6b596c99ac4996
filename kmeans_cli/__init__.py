"""A k-means experiment runner: exact, reproducible, from the command line."""

__version__ = "0.1.0"
