import { expect, it } from "vitest";
import { readableLine } from "./readable-line.ts";

it("tells the sentence of a JSON line with its error, and leaves other lines alone", () => {
  expect(readableLine('{"level":"fatal","msg":"could not start","err":{"message":"EADDRINUSE"}}')).toBe(
    "could not start: EADDRINUSE",
  );
  expect(readableLine('{"level":"info","msg":"ready"}')).toBe("ready");
  for (const line of ["plain", "{broken", '{"other":1}']) expect(readableLine(line)).toBe(line);
});
