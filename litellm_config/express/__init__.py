"""A short way for requests about which there is no doubt, past most of LiteLLM.

LiteLLM spends 30 to 40 ms of processor time on a request, the same for each of a thousand alike. When it has let a key
in to a model, and has answered once, the next plain chat completions of that key are answered here for five minutes:
limits are counted by LiteLLM's own scripts, spend is handed to LiteLLM's own writer, several answers at a time.
Whatever is out of the ordinary goes LiteLLM's way, and so does a request whose endpoint has failed: see ADR 0030.
"""
