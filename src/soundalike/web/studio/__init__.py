"""The web studio: pages made on the server, usable without a script."""
