"""Trained voices as tools of the Model Context Protocol: one set of tools, over standard input and over HTTP."""
