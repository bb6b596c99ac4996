"""The algorithm: NumPy and the standard library only; it never reads a file, prints or looks at a clock."""
