import { problemFromPrompt } from "@reckon/core";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createModelBackend, createRpcServer, serveGeneration } from "@reckon/rpc";
import { createScriptedBackend } from "@reckon/testing";
import { expect, it } from "vitest";

it("the example of the README of @reckon/rpc works", async () => {
  const backend = createScriptedBackend({ tokens: () => ["2 + 3 = 5"] });
  const server = await createRpcServer({
    service: "model-proxy",
    version: "0.1.0",
    port: 0,
    routes: (router) => void router.service(ModelService, serveGeneration(backend)),
  });
  const remote = createModelBackend(server.url);
  const generation = await remote.open(problemFromPrompt("What is 2 + 3?"), { temperature: 1 });
  generation.start(0);
  generation.finish();
  const events = await Array.fromAsync(generation.events);
  expect(events.map((event) => event.type)).toEqual(["sample-started", "token-delta", "sample-ended"]);
  await remote.close();
  await server.drain();
});
