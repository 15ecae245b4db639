"""Prompts are files; this package renders, fences and counts them."""
