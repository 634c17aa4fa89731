"""The public door to LiteLLM."""
