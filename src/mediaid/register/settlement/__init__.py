"""预拨 and 按实结算: what towns were advanced for a year, what they paid, and what is due."""
