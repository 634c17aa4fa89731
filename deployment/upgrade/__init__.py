"""Rehearses another version of LiteLLM: `make upgrade-litellm VERSION=…`. docs/guides/upgrade.md says what it shows."""
