"""The reader: a small model that reads a question and a passage together and says whether, and where, it answers."""
