"""What `make docs` uses beside mkdocs.yml to write the reference from the docstrings."""
