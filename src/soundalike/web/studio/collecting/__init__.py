"""From a name to posts: what it costs, how far it is, what is kept."""
