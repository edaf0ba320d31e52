"""Consents: shown as exact bytes, signed with evidence, checked by anybody."""
