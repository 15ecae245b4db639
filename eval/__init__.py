"""Evaluation: case sets in, reports out, no judge needed."""
