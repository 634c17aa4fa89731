import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "BASE_URL",
  apiKey: process.env.API_KEY,
  timeout: 60_000, // milliseconds
  maxRetries: 3, // after 408, 429 and 5xx, with pauses as Retry-After says
});
const completion = await client.chat.completions.create({
  model: "CHAT_MODEL",
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(completion.choices[0].message.content);
