"""Structured records: C-CDA, FHIR, HL7 v2, DICOM, xDT, XJustiz."""
