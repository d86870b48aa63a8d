import type { ConfidenceKind } from "@reckon/client";
import { isSet, parseFlags, textFlag } from "./parse-flags.ts";
import { choice } from "./read-values.ts";
import { UsageError } from "./usage-error.ts";

/** Fits calibrators from outcomes whose correctness is known. */
export interface CalibrateCommand {
  readonly name: "calibrate";
  /** Files of JSON lines; `-` is stdin. */
  readonly files: readonly string[];
  /** History to take outcomes from too; `default`: the one in the user's data folder. */
  readonly store: string | undefined;
  /** Only outcomes of this model, or of none that is named; the calibrators are for it. */
  readonly model: string | undefined;
  readonly kind: ConfidenceKind | undefined;
  readonly out: string | undefined;
  readonly svg: string | undefined;
  readonly json: boolean;
}

const kinds = ["agreement", "verifier", "logprob", "calibrated"] as const satisfies readonly ConfidenceKind[];

/** Understands the words after `reckon calibrate`. Throws `UsageError`. */
export function parseCalibrate(args: readonly string[]): CalibrateCommand {
  const flags = parseFlags(args, {
    store: { type: "string" },
    model: { type: "string", short: "m" },
    kind: { type: "string" },
    out: { type: "string", short: "o" },
    svg: { type: "string" },
    json: { type: "boolean" },
  });
  const store = textFlag(flags, "store");
  if (flags.positionals.length === 0 && store === undefined)
    throw new UsageError("reckon calibrate needs files of JSON lines (- for stdin), or --store");
  return {
    name: "calibrate",
    files: flags.positionals,
    store,
    model: textFlag(flags, "model"),
    kind: choice("--kind", textFlag(flags, "kind"), kinds),
    out: textFlag(flags, "out"),
    svg: textFlag(flags, "svg"),
    json: isSet(flags, "json"),
  };
}
