// The HTTP interface of Prisma's query engine, as prisma-client-py 0.15 uses it.
import http from "node:http";

import { userFacing } from "./errors.js";
import { log } from "./log.js";
import { UnreadableQuery } from "./translation.js";

const TRANSACTION_STEP = /^\/transaction\/([^/]+)\/(commit|rollback)$/;
const NO_METRICS = { counters: [], gauges: [], histograms: [] };

export function createServer(engine) {
  const server = http.createServer(async (request, response) => {
    try {
      const [type, body] = await answer(engine, request);
      response.writeHead(200, { "content-type": type });
      response.end(body);
    } catch (error) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [unexpected(error)] }));
    }
  });
  // The client decides how long a connection is kept: a server that closes one just as the next request comes
  // makes that request fail.
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

async function answer(engine, request) {
  const { pathname, searchParams } = new URL(request.url, "http://engine");
  if (pathname === "/metrics") return metrics(searchParams.get("format"));
  return ["application/json", JSON.stringify(await route(engine, request, pathname))];
}

async function route(engine, request, pathname) {
  const body = await text(request);
  if (pathname === "/") return engine.query(JSON.parse(body), request.headers["x-transaction-id"]);
  if (pathname === "/status") return { status: "ok" };
  if (pathname === "/transaction/start") return engine.startTransaction(body);
  const [, id, step] = pathname.match(TRANSACTION_STEP) ?? [];
  if (id) return engine[step](id);
  throw new UnreadableQuery("a path that this engine does not know");
}

const metrics = (format) =>
  format === "prometheus" ? ["text/plain", ""] : ["application/json", JSON.stringify(NO_METRICS)];

function unexpected(error) {
  if (error instanceof UnreadableQuery) {
    log("query.unreadable", { reason: error.message });
    return userFacing({ error_code: "P2016", message: `Query interpretation error: ${error.message}` });
  }
  // A message from elsewhere may quote a value, so only the kind is logged.
  log("query.crashed", { kind: error.constructor.name });
  return userFacing({ error_code: null, message: String(error.message ?? error) });
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
