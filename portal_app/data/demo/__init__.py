"""The demo practice, written as FHIR bundles and read through the importer."""
