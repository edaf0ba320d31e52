"""Parts of billing: the balance, and rows of invoices."""
