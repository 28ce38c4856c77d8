"""The report card as a page one can keep: one file, no script, pictures drawn on the server."""
