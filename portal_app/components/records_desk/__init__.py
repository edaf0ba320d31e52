"""Parts of the pages of health records on the practice's side."""
