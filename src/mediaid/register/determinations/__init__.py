"""What a case is given: settled by the engine, kept as decided, settled again when facts change.

A bill is settled alone, from the pools it finds. Event pools are those of all bills recorded
before it; aid pools what the determinations that stand have used up. Both are kept with the
result (`determination_bill`), so that the same result comes out of them at any time.
"""
