"""The terminal interface. It shows and asks; what is computed and kept is `mediaid.desk`'s.

Nothing here may be imported before `launch` has set up the terminal's environment.
"""
