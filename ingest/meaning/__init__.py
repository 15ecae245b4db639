"""What a passage asserts."""
