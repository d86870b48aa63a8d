// An unmodified LangChain chat model before Reckon: what an application with LangChain does, it does here.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { ChatOpenAI } from "@langchain/openai";
import { type Cluster, startCluster } from "../../apps/bench/src/cluster/start-cluster.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

const question = "Solve: x^2 - 5x + 6 = 0";
const chatModel = (model: string, more: object = {}) =>
  new ChatOpenAI({ model, apiKey: "none", configuration: { baseURL: `${cluster.url}/v1` }, ...more });
const digits = (content: unknown) => [...String(content).matchAll(/\d+/g)].map(Number).sort();

test("invoke answers, with the tokens that it cost", async () => {
  const message = await chatModel("reckon-adaptive").invoke([
    new SystemMessage("You solve equations."),
    new HumanMessage(question),
  ]);
  assert.deepEqual(digits(message.content), [2, 3]);
  assert.ok((message.usage_metadata?.output_tokens ?? 0) > 0);
  assert.ok((message.usage_metadata?.output_token_details?.reasoning ?? 0) > 0);
  assert.equal(message.response_metadata["finish_reason"], "stop");
});

test("stream brings the answer and its usage", async () => {
  let content = "";
  let outputTokens = 0;
  for await (const chunk of await chatModel("reckon-comprehensive", { streamUsage: true }).stream(question)) {
    content += String(chunk.content);
    outputTokens += chunk.usage_metadata?.output_tokens ?? 0;
  }
  assert.deepEqual(digits(content), [2, 3]);
  assert.ok(outputTokens > 0);
});

test("a chain of prompt, model and parser runs", async () => {
  const prompt = ChatPromptTemplate.fromMessages([["user", "Solve: {equation}"]]);
  const chain = prompt.pipe(chatModel("reckon-balanced")).pipe(new StringOutputParser());
  assert.deepEqual(digits(await chain.invoke({ equation: "x^2 - 5x + 6 = 0" })), [2, 3]);
});

test("batch answers several questions at once", async () => {
  const answers = await chatModel("reckon-fast").batch(["What is 2 + 3?", "What is 4 + 5?"]);
  assert.deepEqual(
    answers.map((answer) => digits(answer.content)),
    [[5], [9]],
  );
});

test("Reckon's own options travel in modelKwargs, errors come back as OpenAI's", async () => {
  const modelKwargs = { reckon: { samples: 2, early_stopping: false } };
  const message = await chatModel("reckon-balanced", { modelKwargs }).invoke(question);
  assert.deepEqual(digits(message.content), [2, 3]);
  const wrong = chatModel("reckon", { n: 2, maxRetries: 0 }).invoke(question);
  await assert.rejects(wrong, (error: { status?: number; message: string }) => {
    assert.equal(error.status, 400);
    assert.match(error.message, /\bn: /);
    return true;
  });
});
