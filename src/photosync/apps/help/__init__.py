"""Help: the articles, and what people say of them."""
