"""A key for a new person: one request to the portal, against the two to LiteLLM that make a user and a key.

The portal's has consent, limits, session, record and the person's place in a team in it.
"""

from statistics import median

from portal.bench import cpu
from portal.bench.lab import Lab, bearer
from portal.bench.load.job import Job, Requests, Step
from portal.bench.options import BenchOptions
from portal.bench.paced_endpoint import MODEL
from portal.bench.progress import Progress
from portal.bench.report import Figures, Line, Report, medians, p95

TITLE = "A key issued"
WARM_UP = 3
KEYS = 20
LINES = (
    Line("median_ms", "median, ms"),
    Line("p95_ms", "p95, ms"),
    Line("cpu_ms", "CPU of a key, ms"),
    Line("postgres_cpu_ms", "CPU of Postgres, ms"),
)


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    claim = [Step(url=f"{lab.platform.portal_url}/api/keys/claim", body={"accept_terms": True})]
    ways: dict[str, tuple[list[Step], tuple[str, ...]]] = {
        "portal": (claim, ("portal", "gateway")),
        "ours": (_two_calls(lab.platform.gateway_url, lab.platform.admin_key), ("gateway",)),
    }
    if lab.stock:
        ways["stock"] = (_two_calls(lab.stock.url, lab.stock.master_key), ("stock",))
    rounds = []
    for number in range(options.rounds):
        progress.say(f"keys, round {number + 1}")
        rounds.append({name: _issue(lab, steps, parts) for name, (steps, parts) in ways.items()})
    return Report(TITLE, LINES, medians(rounds))


def _issue(lab: Lab, steps: list[Step], parts: tuple[str, ...]) -> Figures:
    run = lab.run(Requests(steps=steps, seconds=60, warm_up=WARM_UP, most_each=KEYS), parts)
    count = len(run.result["ms"])
    return {
        "median_ms": median(run.result["ms"]),
        "p95_ms": p95(run.result["ms"]),
        "cpu_ms": cpu.of(parts, run.cpu) / count * 1000,
        "postgres_cpu_ms": run.cpu["postgres"] / count * 1000,
    }


def _two_calls(url: str, master_key: str) -> list[Step]:
    """https://docs.litellm.ai/docs/proxy/virtual_keys"""
    user = f"issue-{Job.NUMBER.decode()}"
    return [
        Step(url=f"{url}/user/new", headers=bearer(master_key), body={"user_id": user, "auto_create_key": False}),
        Step(url=f"{url}/key/generate", headers=bearer(master_key), body={"user_id": user, "models": [MODEL]}),
    ]
