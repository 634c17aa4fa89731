"""The CAPTCHA port: what a page needs in order to show one, and the check of the answer."""

from collections.abc import Mapping
from typing import Literal, Protocol

from portal.core.errors import BadInput, Unavailable

CaptchaKind = Literal["off", "recaptcha-v2", "recaptcha-v3"]
ACTION = "claim"
MAX_ANSWER_LENGTH = 8192


class CaptchaRefused(BadInput):
    code = "captcha_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"captcha": message})


class CaptchaUnavailable(Unavailable):
    code = "captcha_unavailable"

    def __init__(self) -> None:
        super().__init__("captcha", "The CAPTCHA can't be checked right now. Please try again in a minute.")


class Captcha(Protocol):
    kind: CaptchaKind
    site_key: str
    script_url: str
    csp: Mapping[str, tuple[str, ...]]

    async def verify(self, answer: str, *, ip: str) -> None:
        """Returns when the answer is good; `CaptchaRefused` or `CaptchaUnavailable` otherwise."""


class NoCaptcha:
    """For development; settings refuse it in production."""

    kind: CaptchaKind = "off"
    site_key = ""
    script_url = ""
    csp: Mapping[str, tuple[str, ...]] = {}

    async def verify(self, answer: str, *, ip: str) -> None:
        """Every answer is good."""
