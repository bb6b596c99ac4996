"""Runs killed at bad moments: what they leave, and that they can be gone on with."""
