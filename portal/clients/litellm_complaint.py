"""An error of LiteLLM as it says it, read and not yet judged.

The shapes are those of its `ProxyException`, its rate limiter and its `exceptions.py`.
"""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Complaint:
    status: int
    kind: str = ""
    code: str = ""
    message: str = ""
    param: str | None = None

    @property
    def is_from_model(self) -> bool:
        """LiteLLM puts this before what a model's endpoint said, and not before its own refusals."""
        return self.message.startswith("litellm.")

    @property
    def is_about_unknown_model(self) -> bool:
        is_named = self.kind.endswith("_model_access_denied") or self.code == "model_not_found"
        return is_named or self.says("Invalid model name passed in", "There is no 'model_name'")

    @property
    def is_about_no_endpoint(self) -> bool:
        return self.says("No deployments available", "No healthy deployment", "no healthy deployments")

    @property
    def is_about_context(self) -> bool:
        return self.says("ContextWindowExceededError", "maximum context length", "context_length_exceeded")

    @property
    def is_about_content(self) -> bool:
        return self.says("ContentPolicyViolationError")

    @property
    def is_about_budget(self) -> bool:
        return self.kind == "budget_exceeded" or self.says("Budget has been exceeded", "ExceededBudget")

    def says(self, *phrases: str) -> bool:
        return any(phrase in self.message for phrase in phrases)


def read_complaint(status: int, body: bytes) -> Complaint:
    try:
        content: Any = json.loads(body)
    except ValueError:
        content = None
    error = content.get("error", content.get("detail")) if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return Complaint(status, message=error if isinstance(error, str) else "")
    code = str(error.get("code"))
    if status == HTTPStatus.OK and re.fullmatch(r"[45]\d\d", code):
        status = int(code)
    param = error.get("param")
    is_plain = isinstance(param, str) and re.fullmatch(r"(?!None$)[a-z_.\[\]0-9]{1,60}", param)
    message = str(error.get("message") or "")
    return Complaint(status, str(error.get("type")), code, message, param if is_plain else None)
