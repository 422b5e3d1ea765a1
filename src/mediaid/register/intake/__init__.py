"""Many people or bills at once, as a file gives them: what is new, known, changed or refused.

The rows come from whoever reads the file. The same call serves a trial and the real thing: a
trial is a transaction that is not committed (`Register.trial`).
"""
