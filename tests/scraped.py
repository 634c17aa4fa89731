"""What a running portal or gateway tells Prometheus."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, ...], float]


def samples(url: str, **options) -> Samples:
    """By name and the values of the labels in the order of their names."""
    text = httpx.get(f"{url}/metrics", timeout=60, **options).raise_for_status().text
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


def named(found: Samples, name: str) -> Samples:
    return {sample: value for sample, value in found.items() if sample[0] == name}
