"""Whether a run folder is whole: every file readable, and the numbers those of the model and the data."""
