"""Persons and what they were from when to when."""
