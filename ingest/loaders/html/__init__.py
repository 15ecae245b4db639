"""HTML and what holds it: pages, EPUB, narrative of records; hidden text by CSS is left out."""
