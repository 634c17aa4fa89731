class BenchFailed(Exception):
    """Something did not do what was to be measured; says what, and what to do or where its log is."""
