"""The JSON shapes that outsiders rely on: REST bodies, and what `--json` prints. Camel case, stable names."""
