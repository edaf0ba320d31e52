"""Billing: the ledger, invoices, and what the practice charges for."""
