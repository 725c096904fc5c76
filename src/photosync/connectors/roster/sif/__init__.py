"""Students and staff as SIF AU has them."""
