"""LiteLLM asks the network for its price list while it is imported, unless it is told not to."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
