"""Indexes: chunks become vectors and terms, queries become hits."""
