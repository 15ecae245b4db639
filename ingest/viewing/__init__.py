"""Pages as pictures, and where the characters of their text stand on them."""
