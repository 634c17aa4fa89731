"""Usage as a file for a spreadsheet."""

import csv
import io

from portal.usage.report import Usage

COLUMNS = ("day", "model", "key", "key_id", "requests", "failures", "tokens_in", "tokens_out", "spend_usd")
# A spreadsheet takes what begins so for a formula; https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(usage: Usage) -> str:
    """One row for each day, model and key that was used; lines end as RFC 4180 says."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in usage.lines:
        counts = line.counts
        names = (line.day.isoformat(), _harmless(line.model), _harmless(line.key.name), line.key.id or "")
        numbers = (counts.requests, counts.failures, counts.tokens_in, counts.tokens_out, f"{counts.spend:f}")
        writer.writerow((*names, *numbers))
    return text.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
