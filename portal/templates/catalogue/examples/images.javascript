import { writeFile } from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const answer = await client.images.generate({
  model: "IMAGE_MODEL",
  prompt: "A lighthouse at dusk",
  size: "256x256",
  response_format: "b64_json",
});
await writeFile("lighthouse.png", Buffer.from(answer.data[0].b64_json, "base64"));
console.log("See lighthouse.png");
