import type { BatchItem } from "@reckon/client";
import { limits } from "@reckon/core";

/** Sorts problems into as few calls as the limits on one call allow; the order stays. */
export function splitIntoCalls(items: readonly BatchItem[]): BatchItem[][] {
  const calls: BatchItem[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    const current = calls.at(-1);
    if (current && current.length < limits.batchItems.max && bytes + size <= limits.batchBytes) {
      current.push(item);
      bytes += size;
    } else {
      calls.push([item]);
      bytes = size;
    }
  }
  return calls;
}

function bytesOf({ problem }: BatchItem): number {
  if (typeof problem === "string") return Buffer.byteLength(problem);
  if ("prompt" in problem) return Buffer.byteLength(problem.prompt);
  return problem.messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
}
