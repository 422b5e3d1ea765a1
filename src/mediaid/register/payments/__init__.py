"""Money on its way: payment lines, what the bank says, reclaims and what stops them."""
