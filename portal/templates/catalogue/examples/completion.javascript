import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const completion = await client.completions.create({
  model: "COMPLETION_MODEL",
  prompt: "Once upon a time",
  max_tokens: 50,
});
console.log(completion.choices[0].text);
