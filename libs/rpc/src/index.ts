export type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
export { type CallContext, currentCall, remainingMs, runDetached } from "./call-context.ts";
export type { RetryOptions, RpcChannelOptions } from "./client/channel-options.ts";
export { createRpcClient, type RpcClient, type RpcClientOptions } from "./client/create-rpc-client.ts";
export * from "./convert/index.ts";
export { fromConnectError, toConnectError } from "./errors.ts";
export { createModelBackend, type ModelBackendOptions } from "./model/create-model-backend.ts";
export { serveGeneration } from "./model/serve-generation.ts";
export { type ProcessContext, type ProcessOptions, runProcess } from "./run-process.ts";
export {
  createRpcServer,
  type DrainOptions,
  type RpcServer,
  type RpcServerOptions,
} from "./server/create-rpc-server.ts";
export type { NodeRequest, NodeResponse } from "./server/write-response.ts";
export { createVerifierClient, type VerifierClientOptions } from "./verifier/create-verifier-client.ts";
export { serveScoring } from "./verifier/serve-scoring.ts";
