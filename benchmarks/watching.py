"""What it costs that people look on: queries and processor time a second of a server while pages watch two sessions.

    .venv/bin/python benchmarks/watching.py

A server on SQLite without a worker, a collection half way and a training at work in it, and 1, 10 and 100 streams of
each, as the pages open them; for ten seconds nothing happens, for ten more there is news each second. The streams are
read in another process. Printed: queries a second as SQLAlchemy counts them, those of the hub included; how busy one
processor is with it, in percent; fragments that reached each page.
"""
