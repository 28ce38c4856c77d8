"""Posts from X's own API v2, through tweepy; an optional extra, `soundalike[x]`."""
