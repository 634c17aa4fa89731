// What people do with the official package. Each exported function is one test; its name is the sentence.
import assert from 'node:assert/strict';
import { toFile } from 'openai';

const QUESTION = { model: 'sample-chat', messages: [{ role: 'user', content: 'Grüße, 世界 🚀' }] };
const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

function asking(text, options = {}) {
  return { ...QUESTION, messages: [{ role: 'user', content: text }], ...options };
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
  return text;
}

export async function chat_answers({ client }) {
  const answer = await client.chat.completions.create(QUESTION);
  assert.match(answer.choices[0].message.content, /Grüße, 世界 🚀/);
  assert.ok(answer.usage.total_tokens > 0);
  assert.ok(answer._request_id);
}

export async function chat_streams_the_same_text_and_its_usage({ client }) {
  const whole = await client.chat.completions.create(QUESTION);
  const options = { stream: true, stream_options: { include_usage: true } };
  const stream = await client.chat.completions.create({ ...QUESTION, ...options });
  let text = '';
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(usage.total_tokens, whole.usage.total_tokens);
}

export async function stream_helper_gathers_the_answer({ client }) {
  let text = '';
  const stream = client.chat.completions.stream(asking('Count to 30')).on('content', (delta) => (text += delta));
  assert.equal(await stream.finalContent(), text);
  assert.equal(text.split(' ').length, 30);
}

export async function tool_is_called_and_its_result_answered({ client }) {
  const question = asking('Use the weather tool', { tools: [WEATHER] });
  const called = (await client.chat.completions.create(question)).choices[0];
  assert.equal(called.finish_reason, 'tool_calls');
  const [call] = called.message.tool_calls;
  assert.ok('city' in JSON.parse(call.function.arguments));

  const result = { role: 'tool', tool_call_id: call.id, content: '{"celsius": 21}' };
  const messages = [...question.messages, called.message, result];
  const answer = await client.chat.completions.create({ ...question, messages });
  assert.match(answer.choices[0].message.content, /celsius/);
}

export async function tools_are_run_by_the_helper({ client }) {
  const tool = { type: 'function', function: { ...WEATHER.function, function: () => 'Sunny', parse: JSON.parse } };
  const runner = client.chat.completions.runTools(asking('Use the weather tool', { stream: true, tools: [tool] }));
  assert.match(await runner.finalContent(), /Sunny/);
}

export async function structured_answer_fits_its_schema({ client }) {
  const schema = { type: 'object', properties: { name: { type: 'string' }, minutes: { type: 'integer' } } };
  const format = { type: 'json_schema', json_schema: { name: 'recipe', schema } };
  const answer = await client.chat.completions.parse(asking('A recipe', { response_format: format }));
  const recipe = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual([typeof recipe.name, typeof recipe.minutes], ['string', 'number']);
}

export async function embeddings_are_the_same_as_numbers_and_as_base64({ client }) {
  const question = { model: 'sample-embedding', input: ['Grüße', '世界'] };
  const [packed, plain] = await Promise.all([
    client.embeddings.create(question), // the SDK asks for base64 by itself and unpacks it
    client.embeddings.create({ ...question, encoding_format: 'float' }),
  ]);
  assert.equal(plain.data[1].embedding.length, 256);
  packed.data[1].embedding.forEach((value, at) => assert.ok(Math.abs(value - plain.data[1].embedding[at]) < 1e-6));
}

export async function audio_is_uploaded_and_transcribed({ client }) {
  const file = await toFile(Buffer.alloc(5000), 'grüße.mp3', { type: 'audio/mpeg' });
  const answer = await client.audio.transcriptions.create({ model: 'sample-transcription', file });
  assert.match(answer.text, /5000 bytes/);
}

export async function image_is_made({ client }) {
  const question = { model: 'sample-image', prompt: 'a cat', size: '64x64', response_format: 'b64_json' };
  const answer = await client.images.generate(question);
  assert.equal(Buffer.from(answer.data[0].b64_json, 'base64').subarray(1, 4).toString(), 'PNG');
}

export async function text_completion_answers({ client }) {
  const answer = await client.completions.create({ model: 'sample-chat', prompt: 'Count to 3' });
  assert.equal(answer.choices[0].text, '1 2 3');
}

export async function response_answers_and_streams_the_same_text({ client }) {
  const question = { model: 'sample-chat', input: 'Grüße, 世界' };
  const whole = await client.responses.create(question);
  let text = '';
  const kinds = [];
  for await (const event of await client.responses.create({ ...question, stream: true })) {
    kinds.push(event.type);
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  assert.match(whole.output_text, /Grüße, 世界/);
  assert.equal(text, whole.output_text);
  assert.equal(kinds.at(-1), 'response.completed');
}

export async function models_are_listed_and_shown({ client }) {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.ok(names.includes('sample-chat'));
  assert.equal((await client.models.retrieve('sample-chat')).id, 'sample-chat');
}

export async function prompt_of_two_megabytes_arrives_whole({ client }) {
  const text = 'lorem ipsum '.repeat(175_000);
  const answer = await client.chat.completions.create(asking(text));
  assert.ok(answer.choices[0].message.content.includes(`| Characters in your message | ${text.length} |`));
}

export async function twenty_at_once_each_get_their_own_answer({ client }) {
  const numbers = Array.from({ length: 20 }, (_, at) => at + 1);
  const texts = await Promise.all(
    numbers.map(async (number) => {
      const question = asking(`Count to ${number}`);
      if (number % 2) return (await client.chat.completions.create(question)).choices[0].message.content;
      return textOf(await client.chat.completions.create({ ...question, stream: true }));
    }),
  );
  assert.deepEqual(texts.map((text) => text.split(' ').length), numbers);
}

export async function stream_that_is_aborted_ends_quietly({ client }) {
  const stream = await client.chat.completions.create(asking('Count slowly to 5000', { stream: true }));
  let chunks = 0;
  for await (const _ of stream) if (++chunks === 2) stream.controller.abort();
  assert.ok((await client.chat.completions.create(QUESTION)).choices.length);
}

export async function request_that_is_aborted_says_so({ client, OpenAI }) {
  const signal = AbortSignal.timeout(300);
  const asked = client.chat.completions.create(asking('Count slowly to 5000'), { signal });
  await assert.rejects(asked, OpenAI.APIUserAbortError);
}

export async function shorter_time_of_the_client_is_a_timeout({ client, OpenAI }) {
  const asked = client.chat.completions.create(asking('Count slowly to 5000'), { timeout: 300 });
  await assert.rejects(asked, OpenAI.APIConnectionTimeoutError);
}

export async function wrong_key_is_an_authentication_error({ client, OpenAI }) {
  const asked = client.withOptions({ apiKey: 'sk-wrong' }).chat.completions.create(QUESTION);
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.deepEqual([error.status, error.code, error.type], [401, 'invalid_api_key', 'invalid_request_error']);
    assert.ok(error.requestID);
    return true;
  });
}

export async function unknown_model_is_not_found({ client, OpenAI }) {
  await assert.rejects(client.chat.completions.create({ ...QUESTION, model: 'nobody', stream: true }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.deepEqual([error.code, error.param], ['model_not_found', 'model']);
    return true;
  });
}

export async function wrong_parameter_is_a_bad_request_that_says_what_is_wrong({ client, OpenAI }) {
  await assert.rejects(client.chat.completions.create({ ...QUESTION, temperature: 7 }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(error.message, /`temperature` must be a number from 0 to 2/);
    return true;
  });
}

export async function page_of_another_site_may_ask({ client, baseURL }) {
  // What a browser does before it lets a script of another site send the key.
  const headers = {
    origin: 'https://app.example.com',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-stainless-os',
  };
  const preflight = await fetch(`${baseURL}/chat/completions`, { method: 'OPTIONS', headers });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.match(preflight.headers.get('access-control-allow-headers'), /authorization/i);
  const { response } = await client.chat.completions.create(QUESTION).withResponse();
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
}
