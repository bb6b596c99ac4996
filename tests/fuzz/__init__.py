"""``make fuzz``: broken files by the ten thousand, made from whole ones; see ``__main__``."""
