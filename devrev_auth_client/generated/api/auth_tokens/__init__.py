# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""Contains endpoint functions for accessing the API"""
