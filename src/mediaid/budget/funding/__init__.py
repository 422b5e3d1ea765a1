"""What a headcount costs and who pays it, by place, month and year, with assumptions."""
