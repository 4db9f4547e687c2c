"""From YAML and command-line words to objects: catalogue, structured configs, the allow-listing builder, messages."""
