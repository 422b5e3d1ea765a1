"""From one version of a pack to the next: drafts of a year, adoption, what was known when."""
