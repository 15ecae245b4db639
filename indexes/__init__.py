"""Indexes: chunks become vectors and terms, queries become hits."""

from casefolio.ingest.offline import no_reports

no_reports()  # before anything loads a library that reports
