import { limits } from "@reckon/core";
import type * as wire from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { type Border, convertStrictly } from "./border.ts";
import { solveIdBytes } from "./difficulty.ts";

/** Where a client goes on. */
export interface ResumeRequest {
  readonly solveId: string;
  /** 0: from the first event on. */
  readonly afterSequence: number;
}

/** The idempotency key of a request; `undefined` where it has none. Throws `invalid-argument` where it is too long. */
export function idempotencyKeyFromProto(key: string): string | undefined {
  return convertStrictly((border) => readKey(border, key));
}

/** Which solve to end, by its id where there is one, else by its key; throws `invalid-argument` without either. */
export function cancelTargetFromProto(request: wire.CancelRequest): { solveId: string } | { key: string } {
  return convertStrictly((border) => {
    const key = readKey(border, request.idempotencyKey);
    if (key !== undefined && request.solveId === "") return { key };
    return { solveId: border.text("solve_id", request.solveId, solveIdBytes, 1) };
  });
}

/** Where to go on; throws `invalid-argument` with all that is wrong. */
export function resumeRequestFromProto(request: wire.ResumeRequest): ResumeRequest {
  return convertStrictly((border) => ({
    solveId: border.text("solve_id", request.solveId, solveIdBytes, 1),
    // Logs number their events in 32 bits.
    afterSequence: border.integer("after_sequence", request.afterSequence, { min: 0, max: 0xffff_fffe }),
  }));
}

function readKey(border: Border, key: string): string | undefined {
  return key === "" ? undefined : border.text("idempotency_key", key, limits.idBytes);
}
