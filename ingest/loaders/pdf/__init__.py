"""PDF: what is seen on a page, in reading order, and what lies hidden under it."""
