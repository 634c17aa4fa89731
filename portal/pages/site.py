"""Pages that belong to no feature: terms, the accent colour, the pattern page."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from portal.accounts.cookie import Visitor
from portal.core.settings import Settings
from portal.pages.accent import accent_css
from portal.web.charts import BarChart, Series, bar_chart
from portal.web.numbers import compact
from portal.web.templating import FOLDER as TEMPLATES
from portal.web.templating import Pages


class SiteRoutes:
    def __init__(self, settings: Settings, *, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages
        self._accent = accent_css(settings.brand_accent)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        add = router.add_api_route
        add("/terms", self.terms, methods=["GET"], response_class=HTMLResponse)
        add("/static-theme.css", self.theme, methods=["GET"])
        if not self._settings.is_production:
            add("/dev/patterns", self.patterns, methods=["GET"], response_class=HTMLResponse)
            add("/dev/answers", self.answers, methods=["GET"], response_class=HTMLResponse)
        return router

    async def terms(self, request: Request, _: Visitor) -> Response:
        context: dict[str, Any] = {"terms_html": None, "version": self._settings.terms_version}
        if self._settings.terms_file:
            paragraphs = self._settings.terms_file.read_text().split("\n\n")
            context["terms_html"] = Markup("\n").join(Markup("<p>{}</p>").format(escape(text)) for text in paragraphs)
        return self._pages.render(request, "terms.html", context)

    async def theme(self) -> Response:
        return Response(self._accent, media_type="text/css", headers={"cache-control": "public, max-age=300"})

    async def patterns(self, request: Request) -> Response:
        return self._pages.render(request, "dev_patterns.html", {"chart": _sample_chart()})

    async def answers(self, request: Request) -> Response:
        return self._pages.render(request, "dev_answers.html", {"answer": (TEMPLATES / "dev_answer.md").read_text()})


def _sample_chart() -> BarChart:
    days = [(date(2026, 1, number), (number * 7 % 11, number % 4)) for number in range(1, 15)]
    series = [Series("One", 1), Series("Two", 2)]
    return bar_chart("Things per day", days, series, summary="Something about all days", tick=compact, text=str)
