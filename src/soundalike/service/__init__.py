"""What the doors do: collect, train, keep. The command and the API call the same functions.

Each function is one user's work in plain steps, kept as soon as it is done; parts that touch the world are arguments.
"""
