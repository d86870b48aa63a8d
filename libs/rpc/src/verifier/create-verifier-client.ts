import { create } from "@bufbuild/protobuf";
import { AsyncQueue, type Verifier, type VerifierName } from "@reckon/core";
import { type ScoreRequest, ScoreRequestSchema, VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createRpcClient, type RpcClientOptions } from "../client/create-rpc-client.ts";
import { problemToProto } from "../convert/problem.ts";
import { createRemoteScoring } from "./remote-scoring.ts";

/** Which verifiers to ask, and how to reach them. */
export interface VerifierClientOptions extends Omit<RpcClientOptions, "target" | "timeoutMs"> {
  /** Default `prm` and `checker`. */
  readonly names?: readonly VerifierName[];
}

/**
 * A core `Verifier` over a VerifierService: each scoring is one Score call. A service that fails abstains from what it was
 * asked and then ends the events with its error. Calls inherit deadline, cancellation and
 * trace of the call being served.
 */
export function createVerifierClient(
  target: string,
  options: VerifierClientOptions = {},
): Verifier & { close(): Promise<void> } {
  const { names = ["prm", "checker"], ...channel } = options;
  const client = createRpcClient(VerifierService, { ...channel, target });
  return {
    names,
    close: async () => client.close(),
    async open(problem) {
      const requests = new AsyncQueue<ScoreRequest>();
      const value = { problem: problemToProto(problem), verifiers: [...names] };
      requests.push(create(ScoreRequestSchema, { request: { case: "open", value } }));
      return createRemoteScoring(names, requests, (signal) => client.score(requests, { signal }));
    },
  };
}
