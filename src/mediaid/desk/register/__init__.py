"""The register as screens use it: people, cases, what can be done with them, what is submitted.

Everything here may take long or fail (a database may be far away): screens call it from workers,
and every failure is a MediaidError that says what to do.
"""
