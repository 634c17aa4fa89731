import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const response = await client.responses.create({ model: "RESPONSES_MODEL", input: "Hello!" });
console.log(response.output_text);
