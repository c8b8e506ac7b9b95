"""Message texts: one YAML file a room, keyed by error code."""
