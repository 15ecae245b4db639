"""The service: endpoints, a page to ask on, and tools for models. Needs `casefolio[serve]`."""
