"""What is true of money: sums, states, and which payment counts for what."""
