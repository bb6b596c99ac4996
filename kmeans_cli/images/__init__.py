"""Pictures as colours: colour spaces, palettes, dithering and smoothing, PNG files, and how near a result comes."""
