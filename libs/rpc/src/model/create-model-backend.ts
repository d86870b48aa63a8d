import { create } from "@bufbuild/protobuf";
import {
  AsyncQueue,
  type Backend,
  findModel,
  type GenerateOptions,
  type Model,
  type Problem,
  ReckonError,
} from "@reckon/core";
import {
  type GenerateWindowRequest,
  GenerateWindowRequestSchema,
  ModelService,
} from "@reckon/proto/reckon/model/v1/model";
import { createRpcClient, type RpcClientOptions } from "../client/create-rpc-client.ts";
import { generateOptionsToProto, loadFromProto, modelFromProto } from "../convert/generation.ts";
import { problemToProto } from "../convert/problem.ts";
import { createRemoteGeneration } from "./remote-generation.ts";

/** How a model backend reaches its service; channel options as for any client. */
export interface ModelBackendOptions extends Omit<RpcClientOptions, "target" | "timeoutMs"> {
  /** How long the list of models is taken to hold. Default 30,000. */
  readonly modelsTtlMs?: number;
}

/**
 * A core `Backend` over a ModelService: each generation is one GenerateWindow call. `open` checks the options against the
 * models that the service lists, so that a model or an option it does not have fails before anything is generated; after a
 * call that broke it asks for them anew, and so fails where the service is away instead of starting what is lost. Calls
 * inherit deadline, cancellation and trace of the call being served.
 */
export function createModelBackend(target: string, options: ModelBackendOptions = {}): Backend {
  const { modelsTtlMs = 30_000, ...channel } = options;
  const client = createRpcClient(ModelService, { ...channel, target });
  let known: { readonly models: readonly Model[]; readonly untilMs: number } | undefined;
  const listModels = async () => {
    const { models } = await client.listModels({});
    known = { models: models.map(modelFromProto), untilMs: performance.now() + modelsTtlMs };
    return known.models;
  };
  const modelsNow = async () =>
    known !== undefined && performance.now() < known.untilMs ? known.models : listModels();
  return {
    name: "model-proxy",
    listModels,
    load: async () => loadFromProto(await client.getLoad({})),
    close: async () => client.close(),
    async open(problem, generateOptions) {
      assertServed(await modelsNow(), generateOptions);
      const requests = new AsyncQueue<GenerateWindowRequest>();
      requests.push(openRequest(problem, generateOptions));
      const forget = () => {
        known = undefined;
      };
      return createRemoteGeneration(requests, (signal) => client.generateWindow(requests, { signal }), forget);
    },
  };
}

function openRequest(problem: Problem, options: GenerateOptions): GenerateWindowRequest {
  const value = { problem: problemToProto(problem), options: generateOptionsToProto(options) };
  return create(GenerateWindowRequestSchema, { request: { case: "open", value } });
}

/** Throws `not-found` for a model that is not listed and `failed-precondition` for an option that it does not have. */
function assertServed(models: readonly Model[], { model: id, logprobs, prefix }: GenerateOptions): void {
  const model = findModel(models, id);
  if (model === undefined) {
    const names = models.map((listed) => listed.id).join(", ") || "none";
    throw new ReckonError("not-found", `no model "${id ?? "default"}"; there are: ${names}`);
  }
  const refuse = (what: string) => {
    throw new ReckonError("failed-precondition", `model "${model.id}" has no ${what}`);
  };
  if (logprobs === true && !model.capabilities.logprobs) refuse("logprobs");
  if (prefix !== undefined && prefix !== "" && !model.capabilities.continueFromPrefix)
    refuse("continuation of a prefix");
}
