"""What goes back to the agencies, and what is asked of them."""
