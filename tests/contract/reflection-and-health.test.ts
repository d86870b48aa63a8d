import { create, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { type Cluster, startCluster } from "@reckon/bench";
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@reckon/proto/grpc/health/v1/health";
import { ServerReflection, ServerReflectionRequestSchema } from "@reckon/proto/grpc/reflection/v1/reflection";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rpcCases } from "./rpc-cases.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

const own = ["orchestrator", "difficulty", "verifier", "model-proxy"] as const;

describe.each(own)("reflection of %s", (name) => {
  const ask = async (messageRequest: Parameters<typeof create<typeof ServerReflectionRequestSchema>>[1]) => {
    const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: cluster.services[name].url }));
    const requests = async function* () {
      yield create(ServerReflectionRequestSchema, messageRequest);
    };
    for await (const response of client.serverReflectionInfo(requests())) return response.messageResponse;
    throw new Error("no response");
  };

  it("lists every service it serves", async () => {
    const response = await ask({ messageRequest: { case: "listServices", value: "" } });
    const listed = response?.case === "listServicesResponse" ? response.value.service.map((s) => s.name) : [];
    const expected = rpcCases.filter((one) => one.service === name).map((one) => one.method.parent.typeName);
    expect(listed).toEqual(expect.arrayContaining([...new Set(expected)]));
  });

  it("gives the file of each with all its methods", async () => {
    for (const { method } of rpcCases.filter((one) => one.service === name)) {
      const service = method.parent;
      const response = await ask({ messageRequest: { case: "fileContainingSymbol", value: service.typeName } });
      const files = response?.case === "fileDescriptorResponse" ? response.value.fileDescriptorProto : [];
      const described = files
        .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
        .flatMap((file) =>
          file.service.map((s) => ({ name: `${file.package}.${s.name}`, methods: s.method.map((m) => m.name) })),
        )
        .find((one) => one.name === service.typeName);
      expect(described?.methods).toEqual(service.methods.map((m) => m.name));
    }
  });
});

describe("health", () => {
  it("serves every service of a ready process, and knows no other", async () => {
    // Health and status themselves are part of every process, not services that could be up or down.
    const cases = rpcCases.filter(({ method }) => !/^(grpc|reckon\.admin)\./.test(method.parent.typeName));
    for (const { service, method } of cases) {
      const client = createClient(Health, createGrpcTransport({ baseUrl: cluster.services[service].url }));
      const { status } = await client.check({ service: method.parent.typeName });
      expect(status).toBe(ServingStatus.SERVING);
    }
    const client = createClient(Health, createGrpcTransport({ baseUrl: cluster.url }));
    await expect(client.check({ service: "reckon.nothing.v1.NothingService" })).rejects.toThrow(/not_found/);
  });

  it("tells a watcher that a draining process no longer serves, and the process then exits 0", async () => {
    const drained = await startCluster();
    try {
      const { difficulty } = drained.services;
      const client = createClient(Health, createGrpcTransport({ baseUrl: difficulty.url }));
      const seen: ServingStatus[] = [];
      for await (const { status } of client.watch({})) {
        seen.push(status);
        if (status === ServingStatus.SERVING) difficulty.signal("SIGTERM");
        else break;
      }
      expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
      expect(await difficulty.exited).toBe(0);
    } finally {
      await drained.stop();
    }
  });
});
