"""Templates and edits of `make_nli_twins.py`."""
