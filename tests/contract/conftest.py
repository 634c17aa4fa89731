import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from openai import OpenAI


@dataclass(frozen=True)
class Api:
    """What a person puts into an SDK."""

    base_url: str
    key: str


@pytest.fixture(scope="session")
def api(platform) -> Api:
    """The whole platform, with a key whose limits don't end a test."""
    headers = {"authorization": f"Bearer {platform.admin_key}"}
    made = httpx.post(f"{platform.gateway_url}/key/generate", headers=headers, json={}, timeout=30).raise_for_status()
    return Api(f"{platform.portal_url}/api/v1", made.json()["key"])


@pytest.fixture(scope="session")
def client(api: Api) -> Iterator[OpenAI]:
    with OpenAI(base_url=api.base_url, api_key=api.key, max_retries=0) as client:
        yield client


@pytest.fixture(scope="session")
def one_second_of_silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return file.getvalue()
