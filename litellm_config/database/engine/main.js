#!/usr/bin/env node
// Stands in for Prisma's native query engine: prisma-client-py starts this program as a child process,
// asks it for its version and speaks GraphQL to it over HTTP on localhost.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

function engineVersion() {
  const { devDependencies } = require("@prisma/client/package.json");
  return devDependencies["@prisma/engines-version"].split(".").at(-1);
}

function databaseUrl(environment) {
  const overrides = environment.OVERWRITE_DATASOURCES ? JSON.parse(environment.OVERWRITE_DATASOURCES) : [];
  return overrides[0]?.url ?? environment.DATABASE_URL;
}

async function serve() {
  // Loaded here and not above, so that --version answers at once.
  const { Database } = await import("./database.js");
  const { Engine } = await import("./engine.js");
  const { Schema } = await import("./schema.js");
  const { createServer } = await import("./server.js");
  const { log } = await import("./log.js");

  const port = Number(process.argv[process.argv.indexOf("-p") + 1]);
  const schema = new Schema(readFileSync(process.env.PRISMA_DML_PATH, "utf8"));
  const database = new Database(databaseUrl(process.env));
  const engine = await Engine.start(schema, database);
  const server = createServer(engine);

  let stopping = false;
  async function stop() {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeIdleConnections();
    // Work in hand gets a moment to finish; the parent kills after half a second.
    setTimeout(() => process.exit(0), 400).unref();
    await engine.stop();
    process.exit(0);
  }
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  // A parent that was killed cannot tell its children, so the engine looks for itself.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500);

  server.on("error", (error) => {
    log("engine.not_started", { reason: error.message });
    process.exit(1);
  });
  server.listen(port, "localhost");
}

if (process.argv.includes("--version")) {
  console.log(`query-engine ${engineVersion()}`);
} else {
  // The name under which LiteLLM's supervisor looks for engines that lost their parent.
  process.title = "query-engine";
  serve().catch((error) => {
    console.error(`query-engine: engine.not_started reason=${JSON.stringify(String(error.message ?? error))}`);
    process.exit(1);
  });
}
