"""What a rule pack may say: one person's aid, dated values, readings."""
