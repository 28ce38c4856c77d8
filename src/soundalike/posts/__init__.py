"""What was published: values, reading and fetching."""
