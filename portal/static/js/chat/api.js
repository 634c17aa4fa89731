// The JSON API, with its errors in words for people.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const NO_ANSWER = "The site does not answer. Check your connection, then try again.";

// The JSON of the answer, or null where there is none. Raises `ApiError`; an aborted request raises as `fetch` does.
export async function api(method, path, body, { signal } = {}) {
  const json = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { method, signal, ...json });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "no_answer", NO_ANSWER);
  }
  const content = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return content;
  throw new ApiError(answer.status, content?.code ?? "failed", content?.detail ?? "This did not work. Please try again.");
}
