"""Rules of assertion per language, as data."""
