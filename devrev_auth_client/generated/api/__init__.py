# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""Contains methods for accessing the API"""
