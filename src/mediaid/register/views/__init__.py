"""What is asked of a register, as plain data; names and numbers are masked unless asked for."""
