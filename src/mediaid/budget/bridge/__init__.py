"""From last year's budget and execution to this year's: every step named, none made up."""
