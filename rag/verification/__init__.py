"""What `rag.verifying` is made of: evidence, features, and the learned weights."""
