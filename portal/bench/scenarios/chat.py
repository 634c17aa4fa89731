"""The chat's socket: from Enter to the first text, against LiteLLM directly, and what many answers cost the portal."""

from statistics import median
from urllib.parse import urlsplit

import httpx

from portal.bench import cpu
from portal.bench.errors import BenchFailed
from portal.bench.lab import RATE, Lab, question
from portal.bench.load.job import Answers, Step, Turns
from portal.bench.options import BenchOptions
from portal.bench.paced_endpoint import MODEL
from portal.bench.progress import Progress
from portal.bench.report import Line, Report, p95

TITLE = "Chat"
TOKENS = 5
MANY = 24
LINES = (
    Line("median_ms", "first text, median, ms"),
    Line("p95_ms", "first text, p95, ms"),
    Line("many_ttft_ms", f"{MANY} at once: first text, p95, ms"),
    Line("portal_cpu_ms", f"{MANY} at once: portal, CPU ms per second of each", 2),
    Line("gateway_cpu_ms", f"{MANY} at once: LiteLLM, CPU ms per second of each", 2),
)


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    place = {"socket_url": _socket_url(lab), "token": _token(lab), "model": MODEL}
    progress.say(f"chat: {options.turns} questions, in turn with LiteLLM directly")
    ours = next(target for target in lab.targets if target.name == "ours")
    asked = question("", stream=True, max_tokens=TOKENS, stream_options={"include_usage": True})
    direct = Step(url=ours.url, headers=ours.headers, body=asked)
    found = lab.run(Turns(**place, direct=direct, tokens=TOKENS, count=options.turns)).result
    progress.say(f"chat: {MANY} answers at once")
    many = lab.run(Answers(**place, streams=MANY, tokens=options.tokens, rate=RATE), ("portal", "gateway"))
    streamed = MANY * options.tokens / RATE
    figures = {
        "LiteLLM directly": {"median_ms": median(found["direct_ms"]), "p95_ms": p95(found["direct_ms"])},
        "chat": {
            "median_ms": median(found["chat_ms"]),
            "p95_ms": p95(found["chat_ms"]),
            "many_ttft_ms": p95(many.result["ttft_ms"]),
            "portal_cpu_ms": cpu.of(["portal"], many.cpu) / streamed * 1000,
            "gateway_cpu_ms": cpu.of(["gateway"], many.cpu) / streamed * 1000,
        },
    }
    return Report(TITLE, LINES, figures)


def _socket_url(lab: Lab) -> str:
    return urlsplit(lab.platform.portal_url)._replace(scheme="ws", path="/api/chat").geturl()


def _token(lab: Lab) -> str:
    cookies = {"portal_session": lab.platform.session}
    answer = httpx.post(f"{lab.platform.portal_url}/api/auth/token", cookies=cookies, timeout=30, trust_env=False)
    if not answer.is_success:
        raise BenchFailed(f"The portal gives no token for its chat: {answer.text}")
    return str(answer.json()["access_token"])
