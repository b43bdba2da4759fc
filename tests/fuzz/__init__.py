"""A hundred thousand requests at the HTTP door that nobody should send, and what must not come of them."""
