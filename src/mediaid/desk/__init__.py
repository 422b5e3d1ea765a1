"""What a caseworker's screen asks for: packs, a case being entered, its result, its drafts.

The one layer between screens and the rest of the program. It knows no screen and holds no rule:
it reads what was typed, asks the engine, and says what came of it in texts and plain values.
"""
