// The figures of an answer as one calm line.

const number = new Intl.NumberFormat("en");

export function factsLine(facts) {
  return [
    facts.first_token_seconds != null && `${seconds(facts.first_token_seconds)} to first token`,
    facts.tokens_per_second != null && `${number.format(round(facts.tokens_per_second))} tokens/s`,
    facts.tokens_out != null && `${number.format(facts.tokens_out)} tokens`,
    facts.cost_usd != null && cost(facts.cost_usd),
  ].filter(Boolean);
}

const seconds = (value) => (value < 10 ? `${value.toFixed(value < 1 ? 2 : 1)} s` : `${Math.round(value)} s`);

const round = (value) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

function cost(usd) {
  if (usd === 0) return "free";
  return usd < 0.0001 ? "under $0.0001" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
