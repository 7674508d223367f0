"""The scopes that people can log in with."""

from typing import Any

from openapi import operations


def login_scopes(api: Any) -> dict[str, str]:
    """Return the scopes with their descriptions: first those that operations require, in order.

    A scope that is described and required by no operation is offered as well, since a handler can
    ask for it (`current_token.grants`). Its description says so, as it may be a mistake.

    :param api: the Api
    """
    described: dict[str, str] = api.scopes
    accesses = [operation.access for operation in operations(api) if operation.access]
    required = dict.fromkeys(scope for access in accesses for scope in access.scopes)
    of_handlers = {
        scope: f"{text} (no documented operation requires it)"
        for scope, text in described.items()
        if scope not in required
    }
    return {scope: described[scope] for scope in required} | of_handlers
