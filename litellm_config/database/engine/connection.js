// One connection to Postgres, and what the adapter takes for granted about it.
import pg from "pg";

const TEXT = 25;
const TEXT_ARRAY = 1009;
const NAME_ARRAY = 1003;
const FIRST_USER_DEFINED = 10_000;

// The built-in types that the adapter reads, from @prisma/adapter-pg's fieldToColumnType.
const READABLE = new Set([
  16, 17, 20, 21, 23, 25, 26, 114, 142, 650, 700, 701, 790, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1266, 1560, 1562,
  1700, 2950, 3802, 143, 199, 651, 791, 1000, 1001, 1002, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1028, 1041,
  1115, 1182, 1183, 1231, 1561, 1563, 2951, 3807,
]);

/** The adapter refuses a result with a column type that it does not know: such a column is shown as text. */
function readableType(type, enumArrays) {
  if (type === NAME_ARRAY || enumArrays.has(type)) return TEXT_ARRAY;
  return READABLE.has(type) || type >= FIRST_USER_DEFINED ? type : TEXT;
}

export function connectionClass(connectTimeout) {
  return class Connection extends pg.Client {
    enumArrays = new Set();

    constructor(options) {
      // The pool's time-out is for a free place, which may take longer than the server's answer ever should.
      // The pool hides the password from being listed, so a copy of its options would lack it.
      super({ ...options, password: options.password, connectionTimeoutMillis: connectTimeout });
      this.connection.prependListener("rowDescription", ({ fields }) => {
        for (const field of fields) field.dataTypeID = readableType(field.dataTypeID, this.enumArrays);
      });
    }
  };
}

/** Brings a new connection into the state that the adapter's reading of times and Prisma's names rely on. */
export async function prepareSession(connection, schema) {
  await connection.query(
    `SET TIME ZONE 'UTC'; SET DateStyle TO ISO; SET search_path TO ${pg.escapeIdentifier(schema)}`,
  );
  const { rows } = await connection.query(
    "SELECT list.oid FROM pg_type list JOIN pg_type item ON list.typelem = item.oid WHERE item.typtype = 'e' AND list.typcategory = 'A'",
  );
  connection.enumArrays = new Set(rows.map((row) => row.oid));
}
