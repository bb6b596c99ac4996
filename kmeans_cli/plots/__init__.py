"""Figures; matplotlib is imported when one is drawn. ``registry.py`` lists them all."""
