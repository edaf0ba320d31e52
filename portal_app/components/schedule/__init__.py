"""Parts of pages about visits: values in, callbacks out."""
