import { createReadStream } from "node:fs";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "BASE_URL", apiKey: process.env.API_KEY });

const answer = await client.audio.transcriptions.create({
  model: "TRANSCRIPTION_MODEL",
  file: createReadStream("speech.wav"),
});
console.log(answer.text);
