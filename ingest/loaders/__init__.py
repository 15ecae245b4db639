"""Loaders: one small file per family of formats."""
