"""Workbooks, presentations, HWP, and old formats by way of LibreOffice."""
