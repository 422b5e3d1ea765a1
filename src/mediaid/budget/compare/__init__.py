"""Two versions of a policy on the same people: who gains, who loses, what it costs."""
