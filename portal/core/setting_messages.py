"""What pydantic finds wrong with a setting, as a sentence that says what to do. No value is repeated."""

from datetime import timedelta
from typing import Any

SENTENCES = {
    "missing": "is not set",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "decimal_parsing": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "time_delta_parsing": "must be a duration such as PT30S or P5D, or a number of seconds",
    "tuple_type": "must be a JSON list",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    # Of the secrets, the only settings with a least length: pydantic takes them for collections.
    "too_short": "must have at least {min_length} characters",
    "literal_error": "must be {expected}",
}
# Of what stands in a list.
INSIDE = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "extra_forbidden": "there is no such field",
    "unexpected_positional_argument": "is one too many",
    "string_too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "model_type": "must be a JSON object",
    "named_tuple_type": "must be a JSON list",
}


def sentence(error: Any, *, is_inside: bool) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    known = (INSIDE.get(kind) if is_inside else None) or SENTENCES.get(kind)
    if known is None:
        return str(error["msg"])
    words = {name: _in_words(value) for name, value in context.items()}
    return known.format(**words)


def _in_words(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} seconds"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("'", "")
