import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const answer = await client.embeddings.create({
  model: "EMBEDDING_MODEL",
  input: ["A text about cats", "Another one about dogs"],
});
for (const entry of answer.data) {
  console.log(entry.index, entry.embedding.length, "numbers");
}
