"""The reader: a small model that reads a question and a passage together and says where, and whether, it is answered."""
