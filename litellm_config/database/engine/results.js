// From the engine's JSON protocol back to what the GraphQL interface of the native engine answers.

/** The value without its type tags: JSON stays text, a BigInt or a Decimal a string of digits. */
export function untag(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(untag);
  if ("$type" in value) return value.value;
  for (const name in value) value[name] = untag(value[name]);
  return value;
}

/** The rows of a raw query, where JSON is not text but the data itself. */
export function rawRows(result) {
  result.types.forEach((type, column) => {
    if (type !== "json" && type !== "json-array") return;
    for (const row of result.rows) row[column] = parsed(row[column]);
  });
  return result;
}

function parsed(value) {
  if (Array.isArray(value)) return value.map(parsed);
  return typeof value === "string" ? JSON.parse(value) : value;
}
