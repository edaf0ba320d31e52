"""Use cases, one module a noun: authorise, load, apply the rule, save, audit, return a view."""
