"""Encoders: text to vectors, under a contract."""
