import { problemFromPrompt, ReckonError } from "@reckon/core";
import { createFakeClock, createScriptedBackend } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { patientThinker } from "./patient-thinker.ts";

/** A backend that is away for the first calls. */
function awayFor(calls: number, code: "unavailable" | "not-found" = "unavailable") {
  const clock = createFakeClock();
  const backend = createScriptedBackend({ tokens: () => ["4"] });
  let asked = 0;
  const fail = () => {
    asked += 1;
    if (asked <= calls) throw new ReckonError(code, "it is away");
  };
  const flaky = {
    ...backend,
    async listModels() {
      fail();
      return backend.listModels();
    },
    async open(...args: Parameters<typeof backend.open>) {
      fail();
      return backend.open(...args);
    },
  };
  return { clock, thinker: patientThinker(flaky, clock, { random: () => 1 }), asked: () => asked };
}

describe("patientThinker", () => {
  it("waits for a backend that is away, and goes on when it is back", async () => {
    const { clock, thinker, asked } = awayFor(3);
    const opening = thinker.open(problemFromPrompt("What is 2 + 2?"), {});
    for (let i = 0; i < 3; i += 1) await clock.advance(1_000);
    (await opening).close();
    expect(asked()).toBe(4);
  });

  it("gives up after some seconds, with the backend's own word", async () => {
    const { clock, thinker, asked } = awayFor(1_000);
    const refused = expect(thinker.listModels()).rejects.toMatchObject({ message: "it is away" });
    for (let i = 0; i < 12; i += 1) await clock.advance(1_000);
    await refused;
    expect(asked()).toBe(9);
  });

  it("asks once for what waiting cannot mend", async () => {
    const { thinker, asked } = awayFor(1_000, "not-found");
    await expect(thinker.listModels()).rejects.toMatchObject({ code: "not-found" });
    expect(asked()).toBe(1);
  });
});
