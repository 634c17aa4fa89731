"""The dashboard and the alerts ask for what a running platform tells, and people are told what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.req("A7")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deployment" / "monitoring"
ALERTS = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
NAME = re.compile(r"\b(?:(?:portal|gateway|process|litellm)_\w+|up)\b(?=[{\[\s)]|$)")
SELECTOR = re.compile(r"(\w+)\{([^}]*)\}")
# Added by Prometheus itself.
ITS_LABELS = {"job", "instance", "le"}
ANSWERS = ("what it means", "how to look", "what to do", "how to know that it is over")


def dashboard_queries() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"]


def queries() -> list[str]:
    return [rule["expr"] for rule in ALERTS] + list(dashboard_queries())


@pytest.fixture(scope="module")
def told(platform) -> dict[str, set[str]]:
    """The names that the running parts tell, each with its labels, after one answer of each kind of model."""
    key = httpx.post(f"{platform.portal_url}/api/keys/claim", json={"accept_terms": True}, timeout=60)
    question = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    headers = {"authorization": f"Bearer {key.raise_for_status().json()['key']}"}
    url = f"{platform.portal_url}/api/v1/chat/completions"
    httpx.post(url, json=question, headers=headers, timeout=60).raise_for_status()
    found: dict[str, set[str]] = {"up": set()}
    for part in (platform.portal_url, platform.gateway_url):
        text = httpx.get(f"{part}/metrics", timeout=60).raise_for_status().text
        for family in text_string_to_metric_families(text):
            suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
            for suffix in suffixes.get(family.type, ("",)):
                found.setdefault(family.name + suffix, set())
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_name_in_dashboard_and_alerts_is_told_by_a_running_platform(told):
    asked = {name for query in queries() for name in NAME.findall(query) if name != "gateway"}

    assert len(asked) > 30
    assert asked - told.keys() == set()


def test_every_label_in_dashboard_and_alerts_is_one_of_its_metric(told):
    asked = {
        (name, part.split("=")[0].strip("!~ "))
        for query in queries()
        for name, selector in SELECTOR.findall(query)
        for part in re.findall(r"\w+\s*[!=]~?=?", selector)
    }

    wrong = {(name, label) for name, label in asked if told[name] and label not in told[name] | ITS_LABELS}
    assert len(asked) > 30
    assert wrong == set()


def test_every_alert_says_what_happened_and_where_to_read_on():
    incidents = (ROOT / "docs" / "guides" / "incidents.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", incidents, re.MULTILINE | re.DOTALL))

    assert list(sections) == [rule["alert"] for rule in ALERTS]
    for rule in ALERTS:
        assert rule["annotations"].keys() == {"summary", "description", "runbook"}
        assert rule["annotations"]["runbook"] == f"docs/guides/incidents.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"critical", "warning"}
        said = [bold.lower() for bold in re.findall(r"^\*\*(.+?)\.\*\*", sections[rule["alert"]], re.MULTILINE)]
        assert tuple(said) == ANSWERS, rule["alert"]


def test_every_alert_is_tried():
    expected = (FOLDER / "alerts_test.yml").read_text()

    assert {rule["alert"] for rule in ALERTS} == set(re.findall(r'alertname="(\w+)"', expected))


def test_dashboard_belongs_to_no_grafana_in_particular():
    """Whoever imports it chooses the source of the data and the instances."""
    variables = {one["name"]: one["type"] for one in DASHBOARD["templating"]["list"]}

    assert variables == {"datasource": "datasource", "instance": "query", "gateway": "query"}
    assert "id" not in DASHBOARD
    for panel in PANELS:
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]


def test_panels_of_the_dashboard_do_not_lie_on_each_other():
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def promtool(*arguments: str, cwd: Path = FOLDER) -> None:
    program = shutil.which("promtool")
    assert program
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.promtool
def test_prometheus_accepts_alerts_and_configuration():
    promtool("check", "rules", "alerts.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")


@pytest.mark.promtool
def test_alerts_fire_when_they_should_and_not_while_all_is_well():
    promtool("test", "rules", "alerts_test.yml")


@pytest.mark.promtool
def test_prometheus_understands_every_query_of_the_dashboard(tmp_path: Path):
    variables = {"$__rate_interval": "5m", "$instance": ".*", "$gateway": ".*"}
    rules = []
    for number, query in enumerate(dashboard_queries()):
        for variable, value in variables.items():
            query = query.replace(variable, value)  # noqa: PLW2901 - one after the other
        assert "$" not in query
        rules.append({"record": f"dashboard:{number}", "expr": query})
    (tmp_path / "dashboard.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))

    promtool("check", "rules", "dashboard.yml", cwd=tmp_path)
