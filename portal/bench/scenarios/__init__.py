"""One module per scenario; each has `measure`, which asks everything it compares in turn."""
