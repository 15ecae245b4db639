"""Reading: files become documents with true offsets, documents become chunks."""
