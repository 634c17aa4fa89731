"""The engine as a child process, spoken to the way prisma-client-py does, for schemas of the tests' own."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from postgres_server import free_port


class EngineProcess:
    def __init__(self, program: Path, schema: Path, database_url: str, log: Path) -> None:
        self._log = log
        self.port = free_port()
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        environment = {**os.environ, "PRISMA_DML_PATH": str(schema), "DATABASE_URL": database_url}
        command = [program, "-p", str(self.port), "--enable-metrics", "--enable-raw-queries"]
        with log.open("w") as output:
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)

    def __enter__(self) -> Self:
        self.wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self.stop()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert self._http.get("/status").json() == {"status": "ok"}
            except httpx.ConnectError:
                assert self.process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def get(self, path: str) -> httpx.Response:
        return self._http.get(path)

    def post(self, path: str, body: dict[str, Any], transaction: str | None = None) -> Any:
        headers = {"X-transaction-id": transaction} if transaction else {}
        return self._http.post(path, content=json.dumps(body), headers=headers).raise_for_status().json()

    def query(self, graphql: str, transaction: str | None = None) -> Any:
        """The result of a query or a mutation."""
        answer = self.answer(graphql, transaction)
        assert "errors" not in answer, answer
        return answer["data"]["result"]

    def answer(self, graphql: str, transaction: str | None = None) -> Any:
        return self.post("/", {"query": graphql, "variables": {}, "operation_name": "mutation"}, transaction)

    def raw(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        result = self.query(raw_query(sql, *parameters))
        return [dict(zip(result["columns"], row, strict=True)) for row in result["rows"]]


def raw_query(sql: str, *parameters: Any, action: str = "queryRaw") -> str:
    given = json.dumps(json.dumps(parameters))
    return f"mutation {{ result: {action} ( query: {json.dumps(sql)} parameters: {given} ) }}"
