// One line per event on standard error. Callers pass names, codes and counts, never query values or addresses
// with credentials in them.
export function log(event, fields = {}) {
  const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  process.stderr.write(`query-engine: ${event}${shown.join("")}\n`);
}
