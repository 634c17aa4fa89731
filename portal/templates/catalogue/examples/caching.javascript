import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const { data, response } = await client.chat.completions
  .create({
    model: "CHAT_MODEL",
    messages: [{ role: "user", content: "What is the capital of Portugal?" }],
    cache: { "use-cache": true },
  })
  .withResponse();
console.log("x-cache:", response.headers.get("x-cache"));
console.log(data.choices[0].message.content);
