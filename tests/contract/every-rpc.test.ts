import { type Cluster, startCluster } from "@reckon/bench";
import { StatusService } from "@reckon/proto/reckon/admin/v1/status";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { InsightsService } from "@reckon/proto/reckon/insights/v1/insights";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientKinds } from "../src/client-kinds.ts";
import { rpcCases } from "./rpc-cases.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

it("has a case for every method of every service", () => {
  const services = [
    OrchestratorService,
    InsightsService,
    DifficultyService,
    VerifierService,
    ModelService,
    StatusService,
  ];
  const methods = services.flatMap((service) => service.methods.map((method) => `${service.typeName}/${method.name}`));
  const covered = rpcCases.map(({ method }) => `${method.parent.typeName}/${method.name}`);
  expect(methods.filter((method) => !covered.includes(method))).toEqual([]);
});

for (const kind of clientKinds) {
  describe(`through ${kind.name}`, () => {
    for (const { service, method, requests, check, error } of rpcCases) {
      const needsStream = method.methodKind === "bidi_streaming" || method.methodKind === "client_streaming";
      const name = `${service}: ${method.parent.name}.${method.name}`;
      if (needsStream && !kind.sendsStreams) {
        it(`${name} says that it needs HTTP/2`, async () => {
          const call = kind.call(cluster.services[service].url, method, requests);
          await expect(call).rejects.toThrow(/HTTP\/2|505|stream/i);
        });
        continue;
      }
      it(`${name} answers${error ? " with its error" : ""}`, async () => {
        const call = kind.call(cluster.services[service].url, method, requests);
        if (error) return expect(call).rejects.toThrow(error);
        const responses = await call;
        expect(responses.length).toBeGreaterThan(0);
        check?.(responses);
      });
    }
  });
}
