"""Benchmarks: ``make bench`` and its kin. They print ratios taken in one run, never bounds for a test."""
