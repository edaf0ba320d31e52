"""Who a patient is, as parts of a page."""
