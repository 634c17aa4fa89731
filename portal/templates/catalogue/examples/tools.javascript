import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};
const messages = [{ role: "user", content: "What is the weather in Paris? Use the tool." }];
const first = await client.chat.completions.create({ model: "CHAT_MODEL", messages, tools: [weather] });
const { message } = first.choices[0];
messages.push(message);
for (const call of message.tool_calls ?? []) {
  console.log(call.function.name, call.function.arguments);
  messages.push({ role: "tool", tool_call_id: call.id, content: "18 °C and sunny" });
}

const answer = await client.chat.completions.create({ model: "CHAT_MODEL", messages, tools: [weather] });
console.log(answer.choices[0].message.content);
