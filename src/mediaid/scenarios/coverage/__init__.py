"""Rule coverage: change a pack a little, one place at a time; some scenario must notice.

`nearby` gives values a little different from one, `sites` all the changes of a pack, `mutants`
the changed packs, `suite` the scenarios that must notice, `witness` a claim that would, `run` the
whole.
"""
