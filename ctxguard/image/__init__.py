"""Images: what is in each layer, what of it the image shows, and what it carries in vain."""
