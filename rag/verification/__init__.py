"""What `casefolio.verifying` is made of: evidence, features, and the learned weights."""
