"""The engines that turn features into tokens, behind one protocol."""
