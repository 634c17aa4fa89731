import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

try {
  await client.chat.completions.create({
    model: "a-model-that-is-not-there",
    messages: [{ role: "user", content: "Hello!" }],
  });
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.log(error.status, error.code, error.message);
  console.log("Request id:", error.requestID);
}
