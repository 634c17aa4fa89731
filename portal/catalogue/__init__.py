"""The models that people can choose from, and how to call them."""
