import { createHash } from "node:crypto";
import { toBinary } from "@bufbuild/protobuf";
import { type SolveRequest, SolveRequestSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";

/** Digest of all that a request asks for, its idempotency key left out: equal requests have equal ones. */
export function fingerprintOf(request: SolveRequest): string {
  const { idempotencyKey: _, ...asked } = request;
  const bytes = toBinary(SolveRequestSchema, { ...asked, idempotencyKey: "" });
  return createHash("sha256").update(bytes).digest("base64url");
}
