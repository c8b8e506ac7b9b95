"""Choosing the model: dev decoded while training goes on, and which of the weights that there were are handed over."""
