"""What makes NiceGUI fit the house: guarded sockets, owned pages, small repairs for speed."""
