"""Code that calls the API, highlighted once, with the reader's own address and the model of their choice."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from litellm_config.catalogue import Mode
from portal.clients.catalogue import ModelCatalogue

FOLDER = Path(__file__).parents[1] / "templates" / "catalogue" / "examples"
BASE_URL = "BASE_URL"
# What stands in the files for a model, and which kind it has to be.
MODEL_NAMES: Mapping[str, Mode] = {
    "CHAT_MODEL": "chat",
    "COMPLETION_MODEL": "completion",
    "EMBEDDING_MODEL": "embedding",
    "IMAGE_MODEL": "image_generation",
    "TRANSCRIPTION_MODEL": "audio_transcription",
    "RESPONSES_MODEL": "responses",
}
TOPIC_OF_MODE: Mapping[Mode, str] = {
    "chat": "chat",
    "completion": "completion",
    "embedding": "embeddings",
    "audio_transcription": "audio",
    "image_generation": "images",
    "responses": "responses",
}


class Language(NamedTuple):
    name: str
    label: str
    lexer: str


LANGUAGES = (
    Language("python", "Python", "python"),
    Language("javascript", "JavaScript", "javascript"),
    Language("curl", "curl", "bash"),
)


class Example(NamedTuple):
    language: str
    label: str
    html: Markup


def models_for_examples(catalogue: ModelCatalogue) -> dict[Mode, str]:
    """A model of each kind; where there is none, a name that says so."""
    return {mode: catalogue.example(mode) or f"your-{mode.replace('_', '-')}-model" for mode in MODEL_NAMES.values()}


def examples_of(topic: str, base_url: str, models: Mapping[Mode, str]) -> list[Example]:
    return [
        Example(language.name, language.label, _filled(_highlighted(topic, language), base_url, models))
        for language in LANGUAGES
        if (FOLDER / f"{topic}.{language.name}").exists()
    ]


@cache
def _highlighted(topic: str, language: Language) -> str:
    """https://pygments.org/docs/formatters/#HtmlFormatter"""
    code = (FOLDER / f"{topic}.{language.name}").read_text()
    formatter = HtmlFormatter(nowrap=True, classprefix="tok-")
    return str(highlight(code, get_lexer_by_name(language.lexer), formatter)).strip()


def _filled(html: str, base_url: str, models: Mapping[Mode, str]) -> Markup:
    html = html.replace(BASE_URL, str(escape(base_url)))
    for name, mode in MODEL_NAMES.items():
        html = html.replace(name, f'<span data-model="{mode}">{escape(models[mode])}</span>')
    return Markup(html)  # noqa: S704 - our own code, highlighted; what was put in is escaped
