import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startService } from "@reckon/bench";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

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

describe("weights that are damaged stop the start and name the file", () => {
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

  it.each([
    ["model-proxy", "decoder.onnx"],
    ["verifier", "prm.onnx"],
  ] as const)("%s with flipped bytes in %s", async (name, file) => {
    const copy = copyWeights();
    flip(join(copy, file));
    expect(await complaintOf(name, { RECKON_ENGINE_WEIGHTS_DIR: copy })).toContain(file);
  });

  it("a file cut short", async () => {
    const copy = copyWeights();
    truncateSync(join(copy, "decoder.onnx"), 1000);
    expect(await complaintOf("model-proxy", { RECKON_ENGINE_WEIGHTS_DIR: copy })).toContain("decoder.onnx");
  });

  it("a file that is missing", async () => {
    const copy = copyWeights();
    rmSync(join(copy, "tokenizer.json"));
    expect(await complaintOf("model-proxy", { RECKON_ENGINE_WEIGHTS_DIR: copy })).toContain("tokenizer.json");
  });

  it("a description that is no JSON", async () => {
    const copy = copyWeights();
    writeFileSync(join(copy, "model.json"), "{");
    expect(await complaintOf("model-proxy", { RECKON_ENGINE_WEIGHTS_DIR: copy })).toContain("model.json");
  });
});
