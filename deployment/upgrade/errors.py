class CannotRehearse(Exception):
    """Holds one sentence that says why, and what to do where something can be done."""
