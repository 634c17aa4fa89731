"""The landing page: what one gets, and the form to get it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from portal.accounts.session import Session
from portal.clients.captcha import Captcha
from portal.core.errors import BadInput, PortalError
from portal.core.settings import Settings
from portal.keys.policy import Policy
from portal.web.captcha_field import captcha_context
from portal.web.client_address import base_url
from portal.web.templating import Pages


class HomePage:
    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        captcha: Captcha,
        pages: Pages,
        example_model: Callable[[], str | None],
    ) -> None:
        self._example_model = example_model
        self._settings = settings
        self._policy = policy
        self._captcha = captcha
        self._pages = pages

    def render(
        self,
        request: Request,
        visitor: Session | None,
        *,
        values: dict[str, Any] | None = None,
        error: PortalError | None = None,
    ) -> Response:
        fields = error.fields if isinstance(error, BadInput) else {}
        context = {
            "policy": policy_context(self._policy),
            "captcha": captcha_context(self._captcha),
            "form": {
                "values": {"name": "", "description": "", "email": "", "accept_terms": False, **(values or {})},
                "errors": fields,
                "general": error.message if error and not fields else None,
            },
            "base_url": base_url(request, self._settings.public_url, self._settings.trusted_proxies) + "/api/v1",
            "model": self._example_model() or "MODEL",
            "has_key": visitor is not None,
        }
        status = error.status if error else HTTPStatus.OK
        response = self._pages.render(request, "home.html", context, status=status)
        if error and error.retry_after:
            response.headers["retry-after"] = str(error.retry_after)
        return response


def policy_context(policy: Policy) -> dict[str, Any]:
    return {
        "key_days": policy.key_ttl.days if policy.key_ttl else None,
        "active_keys": policy.active_keys,
        **policy.limits,
    }
