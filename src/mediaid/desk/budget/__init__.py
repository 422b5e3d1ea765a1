"""What the budget's screens and commands ask for: files read, funding, forecasts, reconciliations.

Typed texts come in and plain values go out: tables of amounts, notes, what is wrong beside which
field. What an amount is, is worked out in `mediaid.budget`.
"""
