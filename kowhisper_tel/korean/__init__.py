"""Korean text: folding, the spoken form of written text, the form that is scored."""
