"""The API and the pages: HTTP in, HTTP out. Plain `def` handlers; async only for event streams and waiting."""
