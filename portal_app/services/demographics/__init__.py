"""Who a patient is: what is known, changes of it, and who decides on them."""
