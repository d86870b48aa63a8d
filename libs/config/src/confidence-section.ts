import { z } from "zod";
import { textKey } from "./config-key.ts";

/** `[confidence]`: how sure answers may be. */
export const confidenceSection = z
  .object({
    calibration: textKey(
      undefined,
      "File of calibrators by model, as `reckon calibrate --out` writes it; of each kind of raw confidence that it has for a model, it takes the place of what ships with Reckon. Read at the start.",
      { accepts: "a file path", test: (value) => value.trim() !== "" },
    ),
  })
  .describe("How sure answers may be.");
