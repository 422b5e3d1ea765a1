"""Last year's budget, its execution, this year's need and budget: every step named, none made up."""
