import os

# Read by LiteLLM while it is imported; else it would ask the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
