"""The tweets API of twitterapi.io: deciding what to ask, asking within a limit and a budget, reading the answers."""
