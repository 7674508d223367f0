"""Finds what a migration takes away from the release before it."""

import ast

# What takes away from the former release what it still uses.
REMOVALS = {"drop_table", "drop_column", "rename_table"}


def removals(source: str) -> list[str]:
    """Return the calls in `upgrade()` that remove something the release before may use."""
    module = ast.parse(source)
    [body] = [each for each in module.body if getattr(each, "name", "") == "upgrade"]
    calls = [each for each in ast.walk(body) if isinstance(each, ast.Call)]
    return [text for call in calls if (text := _removal(call))]


def says_why(source: str) -> bool:
    """Return whether a migration gives a reason in `removes` for what it takes away."""
    return any(
        isinstance(each, ast.Assign) and ast.unparse(each).startswith("removes = ")
        for each in ast.parse(source).body
    )


def _removal(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
    text = ast.unparse(call)
    if name in REMOVALS:
        return text
    if name == "alter_column":
        is_taken = "new_column_name" in given or given.get("nullable") == "False"
        return text if is_taken else ""
    if name == "add_column":
        columns = [each for each in ast.walk(call) if "nullable=False" in ast.unparse(each)]
        return text if columns and "server_default" not in text else ""
    is_sql = name == "execute" and any(word in text.upper() for word in ("DROP ", "RENAME "))
    return text if is_sql else ""
