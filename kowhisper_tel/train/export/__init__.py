"""Export: a trained model as folders that other tools read, each checked against the model that was trained."""
