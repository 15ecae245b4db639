"""RTF: control words, what they show, and what they hide."""
