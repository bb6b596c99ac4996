"""Pictures: as colours (spaces, palettes, dithering, PNG files, nearness of a result), and from a photo to a digit."""
