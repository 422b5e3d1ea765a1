"""Files of claims in, files of result lines out."""
