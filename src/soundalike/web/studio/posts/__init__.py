"""Posts as they look on X, whoever wrote them."""
