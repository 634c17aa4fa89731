import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    country: { type: "string" },
    inhabitants: { type: "integer" },
  },
  required: ["name", "country", "inhabitants"],
  additionalProperties: false,
};
const completion = await client.chat.completions.create({
  model: "CHAT_MODEL",
  messages: [{ role: "user", content: "Tell me about Lisbon." }],
  response_format: { type: "json_schema", json_schema: { name: "city", schema, strict: true } },
});
console.log(JSON.parse(completion.choices[0].message.content));
