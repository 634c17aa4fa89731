import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

for await (const model of client.models.list()) {
  console.log(model.id);
}
