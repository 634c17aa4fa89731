import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const completion = await client.chat.completions.create(
  { model: "CHAT_MODEL", messages: [{ role: "user", content: "Hello!" }] },
  { headers: { "X-Request-Id": "order-4711" } },
);
console.log(completion._request_id);
