"""Training of encoders and of the reader from a house's own files. torch is imported when training runs, not before."""
