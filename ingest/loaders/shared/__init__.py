"""What loaders share: the source, the builder, guards against hostile files, tables, character sets."""
