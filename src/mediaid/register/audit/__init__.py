"""Who did what when, in a chain that shows every later change of it."""
