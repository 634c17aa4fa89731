"""`portal gateway`: LiteLLM kept running, and the model catalogue applied while it does.

A supervisor (`gateway`), which never loads LiteLLM, holds the port and watches the file. Workers, one per applied
catalogue, answer (`serving`); they are forked from a process that has loaded LiteLLM (`forking`).
Nothing is imported here, because the worker's side needs little of the supervisor's.
"""
