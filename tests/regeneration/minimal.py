"""The smallest description that generates, for tests that break it: the whole one takes longer to read."""

from devrev_auth_client.token_types import TokenType

_URNS = "".join(f"        - {member.value}\n" for member in TokenType)

MINIMAL = f"""\
openapi: 3.0.3
info:
  title: Small
  version: "1"
paths:
  /things.get:
    post:
      operationId: things.get
      tags:
        - things
      security:
        - token: []
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: "#/components/schemas/Ask"
      responses:
        "200":
          description: A thing
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/Thing"
components:
  securitySchemes:
    token:
      type: http
      scheme: bearer
  schemas:
    Ask:
      type: object
      properties:
        id:
          type: string
    Thing:
      type: object
      required:
        - id
      properties:
        id:
          type: string
        state:
          $ref: "#/components/schemas/State"
    State:
      type: string
      enum:
        - open
        - shut
    TokenType:
      type: string
      enum:
{_URNS}"""

PARAMETERS = "      requestBody:\n        required: true\n"
"""Before this text an operation's parameters fit in."""

SCHEMAS = "    State:\n"
"""Before this text further schemas fit in."""
