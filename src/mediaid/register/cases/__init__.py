"""Cases as they are taken in: number, bills, papers."""
