"""Known headings per language, as data."""
