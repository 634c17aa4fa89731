"""Google's reCAPTCHA verification as its documentation describes it.

https://developers.google.com/recaptcha/docs/verify: POST form with `secret`, `response`, optional `remoteip`.
The answer is JSON: `success`, `challenge_ts`, `hostname`, and `error-codes` when something is wrong; version 3 adds
`score` and `action` (https://developers.google.com/recaptcha/docs/v3#site_verify_response). A token is good for two
minutes and one verification; after that the code is `timeout-or-duplicate`.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

SECRET = "the-secret-of-the-site"


@dataclass
class FakeRecaptcha:
    version: int = 2
    score: float = 0.9
    action: str = "claim"
    down: bool = False
    garbled: bool = False
    used: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.url.path == "/recaptcha/api.js":
            return PlainTextResponse(SCRIPT, media_type="text/javascript")
        if self.down:
            return PlainTextResponse("Service Unavailable", 503)
        if self.garbled:
            return PlainTextResponse("<html>")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.asked.append(form)
        return JSONResponse(self._verify(form))

    def _verify(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("secret") != SECRET:
            return {"success": False, "error-codes": ["invalid-input-secret"]}
        answer = form.get("response", "")
        if not answer:
            return {"success": False, "error-codes": ["missing-input-response"]}
        if not answer.startswith("solved"):
            return {"success": False, "error-codes": ["invalid-input-response"]}
        if answer in self.used:
            return {"success": False, "error-codes": ["timeout-or-duplicate"]}
        self.used.add(answer)
        found = {"success": True, "challenge_ts": "2026-11-21T12:00:00Z", "hostname": "localhost"}
        return found if self.version == 2 else {**found, "score": self.score, "action": self.action}


# https://developers.google.com/recaptcha/docs/display: the checkbox writes its token into this field of the form.
SCRIPT = """
for (const place of document.querySelectorAll(".g-recaptcha")) {
  const field = document.createElement("textarea");
  field.name = "g-recaptcha-response";
  field.value = "solved-in-the-browser";
  field.hidden = true;
  place.append(field);
}
window.grecaptcha = {
  ready: (then) => then(),
  execute: async () => "solved-by-score",
};
"""
