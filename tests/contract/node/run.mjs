// Runs every case in one process and prints its outcome as a line of JSON: {"name", "error"}.
import OpenAI from 'openai';
import * as cases from './cases.mjs';

const baseURL = process.env.BASE_URL;
const client = new OpenAI({ baseURL, apiKey: process.env.API_KEY, maxRetries: 0 });

for (const [name, run] of Object.entries(cases)) {
  let error = null;
  try {
    await run({ client, OpenAI, baseURL });
  } catch (failure) {
    error = failure.stack;
  }
  console.log(JSON.stringify({ name, error }));
}
