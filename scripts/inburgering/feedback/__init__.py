"""What goes back to the agencies."""
