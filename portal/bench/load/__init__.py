"""The load: a program of its own, so that neither its work nor its waiting is the gateway's. See `__main__`."""
