"""What assistance will cost: claims in hand, claims to come, and how sure that is."""
