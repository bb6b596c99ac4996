"""Report tables of finished runs. ``registry.py`` lists them all."""
