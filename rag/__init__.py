"""Casefolio: questions over a folder of clinical and legal files, answered in quotes that open at their page."""
