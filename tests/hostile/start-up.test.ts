import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { startService } from "@reckon/bench";
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@reckon/proto/grpc/health/v1/health";
import { StatusService } from "@reckon/proto/reckon/admin/v1/status";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refusalOf } from "../src/refusal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reckon-hostile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const weights = fileURLToPath(new URL("../../models/weights", import.meta.url));

/** What a service that must not start says; ends it and throws where it does. */
async function complaintOf(
  name: Parameters<typeof startService>[0]["name"],
  env: Record<string, string>,
): Promise<string> {
  const started = await startService({ name, env: { RECKON_STORE_PATH: ":memory:", ...env } }).catch(
    (error: Error) => error,
  );
  if (started instanceof Error) return started.message;
  started.signal("SIGKILL");
  throw new Error(`${name} started`);
}

describe("a configuration that is wrong stops the start and names what is wrong", () => {
  it("an unknown key, with the nearest known one", async () => {
    const file = join(folder, "reckon.toml");
    writeFileSync(file, "[test_time_compute]\nmax_thinking_step = 8\n");
    const complaint = await complaintOf("difficulty", { RECKON_CONFIG: file });
    expect(complaint).toMatch(/max_thinking_step\b/);
    expect(complaint).toMatch(/max_thinking_steps/);
  });

  it("an unknown variable, with the nearest known one", async () => {
    const complaint = await complaintOf("difficulty", { RECKON_STORE_PAHT: "x" });
    expect(complaint).toMatch(/RECKON_STORE_PAHT.*RECKON_STORE_PATH/s);
  });

  it("a value out of its range, with the range", async () => {
    const complaint = await complaintOf("orchestrator", { RECKON_TEST_TIME_COMPUTE_CONFIDENCE_THRESHOLD: "7" });
    expect(complaint).toMatch(/confidence_threshold|CONFIDENCE_THRESHOLD/);
    expect(complaint).toMatch(/7.*1/s);
  });
});

describe("weights that are damaged", () => {
  const copyWeights = () => {
    const copy = join(folder, "weights");
    cpSync(weights, copy, { recursive: true });
    return copy;
  };
  const flip = (file: string) => {
    const bytes = readFileSync(file);
    for (let at = Math.floor(bytes.length / 2); at < bytes.length; at += 4099) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
  };
  const damages: [string, string, (file: string) => void][] = [
    ["flipped bytes in the decoder", "decoder.onnx", flip],
    ["a decoder cut short", "decoder.onnx", (file) => truncateSync(file, 1000)],
    ["no tokenizer", "tokenizer.json", (file) => rmSync(file)],
    ["a description that is no JSON", "model.json", (file) => writeFileSync(file, "{")],
  ];

  it.each(damages)("the model-proxy says so, by the file's name, and is not ready: %s", async (_, file, damage) => {
    const copy = copyWeights();
    damage(join(copy, file));
    const modelProxy = await startService({ name: "model-proxy", env: { RECKON_ENGINE_WEIGHTS_DIR: copy } });
    try {
      const transport = createGrpcTransport({ baseUrl: modelProxy.url });
      const { status } = await createClient(Health, transport).check({});
      expect(status).toBe(ServingStatus.NOT_SERVING);
      for (let i = 0; i < 2; i += 1) {
        const call = Array.fromAsync(createClient(ModelService, transport).generate({ problem: { prompt: "1 + 1" } }));
        const refusal = await refusalOf(call);
        expect(refusal.message).toContain(file);
        expect(refusal.code).not.toBe("Internal");
      }
      expect(await createClient(StatusService, transport).getStatus({})).toMatchObject({ ready: false });
    } finally {
      modelProxy.signal("SIGTERM");
      expect(await modelProxy.exited).toBe(0);
    }
  });
});
