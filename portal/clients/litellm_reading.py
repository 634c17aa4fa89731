"""Asking LiteLLM for lists and sums; the errors are those of `litellm_proxy`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from portal.clients.litellm_proxy import ProxyRefused, ProxyUnavailable, translated_errors
from portal.core.logs import get_logger

log = get_logger()


class LitellmReader:
    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http` carries base URL, admin key and time-outs."""
        self._http = http

    async def get(self, path: str, params: Mapping[str, str]) -> Any:
        with translated_errors():
            answer = await self._http.get(path, params=params)
        if answer.is_success:
            return answer.json()
        log.warning("gateway.refused", path=path, status=answer.status_code)
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProxyUnavailable(reached=True)
        raise ProxyRefused("The gateway did not accept our question. We have been told about it.")
