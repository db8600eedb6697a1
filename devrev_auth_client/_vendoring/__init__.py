"""What `vendor` is made of; nothing here is public, and nothing here imports the rest of the package."""
