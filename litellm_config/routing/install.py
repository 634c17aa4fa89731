"""Puts our router in the place of LiteLLM's."""

import litellm

from litellm_config.routing.router import EndpointRouter


def install() -> None:
    """Before LiteLLM starts: it makes its router while it does."""
    litellm.Router = EndpointRouter
