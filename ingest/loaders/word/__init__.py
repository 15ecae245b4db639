"""DOCX: the document as Word shows it, with its numbering, tables, notes and tracked changes."""
