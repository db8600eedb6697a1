# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""The error that the generated functions raise by themselves."""


class UnexpectedStatus(Exception):
    """The answer's status is not in the description; raised only if the client has `raise_on_unexpected_status`.

    The body is in `content` and, as it may hold anything, not in the text.
    """

    def __init__(self, status_code: int, content: bytes):
        super().__init__(f"Unexpected status code: {status_code}")
        self.status_code = status_code
        self.content = content

    def __reduce__(self) -> tuple[type["UnexpectedStatus"], tuple[int, bytes]]:
        return type(self), (self.status_code, self.content)


__all__ = ["UnexpectedStatus"]
