"""Google reCAPTCHA, version 2 (checkbox) and 3 (score).

https://developers.google.com/recaptcha/docs/verify
https://developers.google.com/recaptcha/docs/v3
"""

from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.clients.captcha import ACTION, CaptchaKind, CaptchaRefused, CaptchaUnavailable
from portal.core.logs import get_logger

log = get_logger()

# Codes that tell of a mistake in our settings, not of the person.
OUR_MISTAKES = {"missing-input-secret", "invalid-input-secret", "bad-request"}


class Verification(BaseModel):
    """Google's answer; the field really is `error-codes`, with a hyphen."""

    model_config = ConfigDict(frozen=True)

    success: bool
    score: float | None = None
    action: str | None = None
    hostname: str | None = None
    error_codes: tuple[str, ...] = Field((), validation_alias="error-codes")


class Recaptcha:
    """The `Captcha` port, answered by Google."""

    def __init__(
        self, http: httpx.AsyncClient, *, kind: CaptchaKind, site_key: str, secret_key: str, url: str, min_score: float
    ) -> None:
        self.kind = kind
        self.site_key = site_key
        self.script_url = f"{url}/api.js" if kind == "recaptcha-v2" else f"{url}/api.js?render={site_key}"
        # Google's own list: https://developers.google.com/recaptcha/docs/faq#im-using-content-security-policy-csp
        host = url.removesuffix("/recaptcha")
        self.csp: Mapping[str, tuple[str, ...]] = {
            "script-src": (f"{url}/", "https://www.gstatic.com/recaptcha/"),
            "frame-src": (f"{url}/", "https://recaptcha.google.com/recaptcha/"),
            "connect-src": (f"{host}/recaptcha/",),
        }
        self._http = http
        self._secret_key = secret_key
        self._verify_url = f"{url}/api/siteverify"
        self._min_score = min_score

    async def verify(self, answer: str, *, ip: str) -> None:
        if not answer:
            raise CaptchaRefused("Please confirm that you are not a robot.")
        found = await self._ask(answer, ip)
        if OUR_MISTAKES & set(found.error_codes):
            log.error("captcha.misconfigured", codes=found.error_codes)
            raise CaptchaUnavailable
        if "timeout-or-duplicate" in found.error_codes:
            raise CaptchaRefused("The CAPTCHA has expired or was used already. Please solve it once more.")
        if not found.success:
            raise CaptchaRefused("The CAPTCHA was not solved. Please try again.")
        if self.kind == "recaptcha-v3":
            self._check_score(found)

    def _check_score(self, found: Verification) -> None:
        if found.action != ACTION or found.score is None or found.score < self._min_score:
            log.info("captcha.score_refused", score=found.score, action=found.action)
            raise CaptchaRefused("This looked automated to us. Please try again in a while or from another network.")

    async def _ask(self, answer: str, ip: str) -> Verification:
        form = {"secret": self._secret_key, "response": answer, "remoteip": ip}
        try:
            reply = await self._http.post(self._verify_url, data=form)
            return Verification.model_validate(reply.raise_for_status().json())
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            log.warning("captcha.unavailable", reason=type(error).__name__)
            raise CaptchaUnavailable from error
