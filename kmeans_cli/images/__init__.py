"""Pictures as numbers: from a photo to a digit."""
