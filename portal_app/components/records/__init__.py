"""Parts of the health records: groups, trends, and who opened them."""
