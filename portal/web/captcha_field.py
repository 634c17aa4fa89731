"""What a template needs in order to show the CAPTCHA, and where a form carries its answer."""

from typing import Any

from starlette.datastructures import FormData

from portal.clients.captcha import Captcha

CAPTCHA_OFF = "CAPTCHA is off. Anybody can get keys here, so this is for development only."
# The checkbox of version 2 names its field itself: https://developers.google.com/recaptcha/docs/display
WIDGETS_FIELD = "g-recaptcha-response"


def captcha_context(captcha: Captcha) -> dict[str, Any]:
    return {
        "enabled": captcha.kind != "off",
        "kind": captcha.kind,
        "site_key": captcha.site_key,
        "script_url": captcha.script_url,
        "notice": CAPTCHA_OFF if captcha.kind == "off" else None,
    }


def captcha_answer(form: FormData) -> str:
    return str(form.get(WIDGETS_FIELD) or form.get("captcha", ""))
