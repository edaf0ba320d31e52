"""FHIR R4, read tolerantly: what can't be read is counted, never guessed."""
