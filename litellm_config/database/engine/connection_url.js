// Prisma's connection string: https://www.prisma.io/docs/orm/overview/databases/postgresql
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const MILLISECONDS = 1000;

/** The settings of the pool and of each connection that the address asks for, with Prisma's own defaults. */
export function readConnectionUrl(text) {
  const url = parseUrl(text);
  const parameters = url.searchParams;
  const number = (name, fallback) => Number(parameters.get(name) ?? fallback);
  return {
    pool: {
      host: parameters.get("host") ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1"),
      port: Number(parameters.get("port") ?? (url.port || 5432)),
      user: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      database: decodeURIComponent(url.pathname.slice(1)) || undefined,
      application_name: parameters.get("application_name") ?? undefined,
      options: parameters.get("options") ?? undefined,
      ssl: tls(parameters),
      keepAlive: true,
      max: number("connection_limit", availableParallelism() * 2 + 1),
      connectionTimeoutMillis: number("pool_timeout", 10) * MILLISECONDS,
      idleTimeoutMillis: number("max_idle_connection_lifetime", 300) * MILLISECONDS,
    },
    connectTimeout: number("connect_timeout", 5) * MILLISECONDS,
    schema: parameters.get("schema") ?? "public",
  };
}

function parseUrl(text) {
  if (!text) throw new Error("DATABASE_URL is not set");
  try {
    return new URL(text);
  } catch {
    // The error of URL quotes the address, which holds the password.
    throw new Error("DATABASE_URL is not an address of the form postgresql://user:password@host:port/database");
  }
}

// Like Prisma, encryption without proof of who answers unless the address asks for it.
function tls(parameters) {
  const mode = parameters.get("sslmode") ?? "prefer";
  if (mode === "disable" || mode === "prefer") return false;
  const authority = parameters.get("sslcert") ?? parameters.get("sslrootcert");
  return {
    rejectUnauthorized: parameters.get("sslaccept") === "strict" || mode.startsWith("verify"),
    ca: authority ? readFileSync(authority, "utf8") : undefined,
  };
}
