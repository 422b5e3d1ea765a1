"""A pack as a person would read it: in words, with the figures in force on a day."""
