"""Pictures as numbers: colours, palettes and PNG files, and how near a result comes; from a photo to a digit."""
