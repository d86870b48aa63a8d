import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@reckon/proto/grpc/health/v1/health";
import { ServerReflection, type ServerReflectionRequest } from "@reckon/proto/grpc/reflection/v1/reflection";
import { StatusService } from "@reckon/proto/reckon/admin/v1/status";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createRpcClient } from "@reckon/rpc";
import { eventually, startTestServer, type TestServer } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer((router) => {
    echoRoutes()(router);
    router.service(OrchestratorService, {});
  });
});
afterAll(() => server.drain({ timeoutMs: 0 }));

describe("health", () => {
  it("answers for the server, for each service, and not for others", async () => {
    const health = createRpcClient(Health, { target: server.url });
    for (const service of ["", "reckon.orchestrator.v1.OrchestratorService", "reckon.test.v1.EchoService"]) {
      expect(await health.check({ service })).toMatchObject({ status: Status.SERVING });
    }
    await expect(health.check({ service: "nobody" })).rejects.toMatchObject({ code: "not-found" });
    expect(Object.keys((await health.list({})).statuses)).toHaveLength(3);
    health.close();
  });

  it("tells those who watch when readiness changes", async () => {
    const health = createRpcClient(Health, { target: server.url });
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { status } of health.watch({ service: "reckon.test.v1.EchoService" })) {
        seen.push(status);
        if (seen.length === 3) break;
      }
    })();
    await eventually(() => expect(seen).toHaveLength(1));
    server.setReady(false);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await eventually(() => expect(seen).toHaveLength(2));
    server.setReady(true);
    await watching;
    expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING, Status.SERVING]);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    health.close();
  });

  it("says SERVICE_UNKNOWN to those who watch what is not there", async () => {
    const health = createRpcClient(Health, { target: server.url });
    for await (const { status } of health.watch({ service: "nobody" })) {
      expect(status).toBe(Status.SERVICE_UNKNOWN);
      break;
    }
    health.close();
  });
});

describe("reflection", () => {
  type Question = ServerReflectionRequest["messageRequest"];
  async function ask(...questions: Question[]) {
    const client = createRpcClient(ServerReflection, { target: server.url });
    async function* requests() {
      for (const messageRequest of questions) yield { messageRequest };
    }
    const answers = await Array.fromAsync(client.serverReflectionInfo(requests()));
    client.close();
    return answers.map((answer) => answer.messageResponse);
  }
  const filesOf = (answer: Awaited<ReturnType<typeof ask>>[number] | undefined) => {
    if (answer?.case !== "fileDescriptorResponse") throw new Error(`no files but ${answer?.case}`);
    return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  };

  it("lists the services", async () => {
    const [answer] = await ask({ case: "listServices", value: "" });
    expect(answer?.case).toBe("listServicesResponse");
    const names = answer?.case === "listServicesResponse" ? answer.value.service.map((service) => service.name) : [];
    expect(names).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "reckon.admin.v1.StatusService",
      "reckon.orchestrator.v1.OrchestratorService",
      "reckon.test.v1.EchoService",
    ]);
  });

  it("gives the file of a symbol first, then all it imports: enough to build the types", async () => {
    const [answer] = await ask({ case: "fileContainingSymbol", value: "reckon.orchestrator.v1.OrchestratorService" });
    const files = filesOf(answer);
    expect(files[0]?.name).toBe("reckon/orchestrator/v1/orchestrator.proto");
    const names = files.map((file) => file.name);
    expect(names).toContain("google/protobuf/duration.proto");
    expect(names).toContain("reckon/types/v1/plan.proto");
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: files.reverse() }));
    expect(registry.getService("reckon.orchestrator.v1.OrchestratorService")?.methods).toHaveLength(4);
  });

  it.each([
    "reckon.orchestrator.v1.OrchestratorService.Solve",
    "reckon.orchestrator.v1.SolveEvent",
    "reckon.orchestrator.v1.SolveEvent.thought_delta",
    "reckon.orchestrator.v1.SolveEvent.event",
    "reckon.types.v1.Strategy",
    "reckon.types.v1.STRATEGY_FAST",
    ".reckon.types.v1.Plan",
  ])("finds %s", async (value) => {
    const [answer] = await ask({ case: "fileContainingSymbol", value });
    expect(filesOf(answer).length).toBeGreaterThan(0);
  });

  it("finds files by name, and answers what it does not have with NOT_FOUND, on the same stream", async () => {
    const [missing, found, extension, numbers] = await ask(
      { case: "fileContainingSymbol", value: "no.such.Thing" },
      { case: "fileByFilename", value: "reckon/types/v1/plan.proto" },
      {
        case: "fileContainingExtension",
        value: { containingType: "reckon.types.v1.Plan", extensionNumber: 7 } as never,
      },
      { case: "allExtensionNumbersOfType", value: "reckon.types.v1.Plan" },
    );
    expect(missing).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
    expect(filesOf(found)[0]?.name).toBe("reckon/types/v1/plan.proto");
    expect(extension).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
    expect(numbers).toMatchObject({ case: "allExtensionNumbersResponse", value: { extensionNumber: [] } });
  });
});

describe("status", () => {
  it("counts handlers that run, without itself, and calls", async () => {
    const status = createRpcClient(StatusService, { target: server.url });
    const before = await status.getStatus({});
    expect(before).toMatchObject({ service: "test", version: "0.0.0", ready: true, draining: false, liveHandlers: 0 });
    const echo = createRpcClient(EchoService, { target: server.url }) as unknown as EchoClient;
    const running = echo.serve(text("x".repeat(100_000), 1_000_000))[Symbol.asyncIterator]();
    await running.next();
    const during = await status.getStatus({});
    expect(during.liveHandlers).toBe(1);
    expect(during.calls).toBe(before.calls + 1n);
    expect(during.residentBytes).toBeGreaterThan(10_000_000n);
    await running.return?.();
    await eventually(async () => expect((await status.getStatus({})).liveHandlers).toBe(0));
    status.close();
    echo.close();
  });
});

describe("browsers", () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/reckon.test.v1.EchoService/Unary`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    });

  it("on loopback origins may call, and see the headers of gRPC-Web", async () => {
    const answer = await preflight(server.url, "http://localhost:5173");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(answer.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("connect-protocol-version");
    const call = await fetch(`${server.url}/reckon.test.v1.EchoService/Unary`, {
      method: "POST",
      headers: { origin: "http://127.0.0.1:3000", "content-type": "application/json" },
      body: "{}",
    });
    expect(call.headers.get("access-control-allow-origin")).toBe("http://127.0.0.1:3000");
    expect(call.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("grpc-status");
  });

  it("on other origins may not, unless they are named", async () => {
    const refused = await preflight(server.url, "https://localhost.example.com");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    await using open = await startTestServer(echoRoutes(), { corsOrigins: ["https://app.example.com"] });
    const allowed = await preflight(open.url, "https://app.example.com");
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  });
});

describe("other paths", () => {
  it("are not found, or served by the fallback", async () => {
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    await using other = await startTestServer(echoRoutes(), {
      onFallback: (exchange) => exchange.respond(200, {}, `you asked for ${exchange.path}`),
    });
    expect(await (await fetch(`${other.url}/page?x=1`)).text()).toBe("you asked for /page");
  });

  it("are UNIMPLEMENTED for gRPC", async () => {
    const client = createRpcClient(StatusService, { target: server.url });
    await using bare = await startTestServer(() => {});
    const echo = createRpcClient(EchoService, { target: bare.url }) as unknown as EchoClient;
    await expect(echo.unary(text("hello"))).rejects.toMatchObject({
      code: "unimplemented",
      message: "no method /reckon.test.v1.EchoService/Unary",
    });
    echo.close();
    client.close();
  });
});
