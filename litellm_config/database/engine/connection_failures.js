// Failures of the connection, which the engine only passes through by number, and their codes in Prisma's list:
// https://www.prisma.io/docs/orm/reference/error-reference
const KEPT = 1024;

const CLOSED = new Set(["57P01", "57P02", "57P05", "08000", "08003", "08006", "ECONNRESET", "EPIPE"]);
const UNREACHABLE = new Set([
  "57P03", "08001", "08004", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOENT", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT",
]);
const NOT_LET_IN = new Set(["28000", "28P01"]);
const NO_SUCH_DATABASE = "3D000";

/** Whether the error is about the connection and not about the query. */
const isConnectionFailure = ({ code, severity }) =>
  typeof severity !== "string" ||
  CLOSED.has(code) || UNREACHABLE.has(code) || NOT_LET_IN.has(code) || code === NO_SUCH_DATABASE;

export class ConnectionFailures {
  #kept = new Array(KEPT);
  #next = 0;
  #pool;

  constructor(pool) {
    this.#pool = pool;
  }

  /** What the engine is told; it answers with the number when it reports the failure. */
  keep(error) {
    if (!isConnectionFailure(error)) return { ok: false, error: postgresError(error) };
    const id = this.#next++ % KEPT;
    this.#kept[id] = error;
    return { ok: false, error: { kind: "GenericJs", id } };
  }

  /** The failure of this number as Prisma would have put it. */
  describe(id) {
    const { code, message = "" } = this.#kept[id] ?? {};
    if (message.startsWith("timeout exceeded")) return this.#noFreeConnection();
    if (UNREACHABLE.has(code) || message === "timeout expired") return this.#unreachable();
    if (NOT_LET_IN.has(code)) return this.#notLetIn();
    if (code === NO_SUCH_DATABASE) return this.#noSuchDatabase();
    return { error_code: "P1017", message: "Server has closed the connection.", meta: {} };
  }

  #unreachable() {
    const { host, port } = this.#pool;
    return {
      error_code: "P1001",
      message:
        `Can't reach database server at \`${host}:${port}\`\n\n` +
        `Please make sure your database server is running at \`${host}:${port}\`.`,
      meta: { database_host: host, database_port: port },
    };
  }

  #notLetIn() {
    const { host, user } = this.#pool;
    return {
      error_code: "P1000",
      message:
        `Authentication failed against database server at \`${host}\`, ` +
        `the provided database credentials for \`${user}\` are not valid.`,
      meta: { database_host: host, database_user: user },
    };
  }

  #noSuchDatabase() {
    const { database, host, port } = this.#pool;
    return {
      error_code: "P1003",
      message: `Database \`${database}\` does not exist on the database server at \`${host}:${port}\`.`,
      meta: { database_name: database, database_host: host, database_port: port },
    };
  }

  #noFreeConnection() {
    const { max, connectionTimeoutMillis } = this.#pool;
    const timeout = connectionTimeoutMillis / 1000;
    return {
      error_code: "P2024",
      message:
        "Timed out fetching a new connection from the connection pool. More info: http://pris.ly/d/connection-pool " +
        `(Current connection pool timeout: ${timeout}, connection limit: ${max})`,
      meta: { connection_limit: max, timeout },
    };
  }
}

const postgresError = ({ code, severity, message, detail, column, hint }) => ({
  kind: "Postgres", code, severity, message, detail, column, hint,
});
