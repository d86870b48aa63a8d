export type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
export {
  type CallContext,
  currentCall,
  currentTenant,
  remainingMs,
  runAsTenant,
  runBefore,
  runDetached,
  runInCall,
} from "./call-context.ts";
export type { ChannelTls, RetryOptions, RpcChannelOptions } from "./client/channel-options.ts";
export { createRpcClient, type RpcClient, type RpcClientOptions } from "./client/create-rpc-client.ts";
export * from "./convert/index.ts";
export { fromConnectError, toConnectError } from "./errors.ts";
export { createModelBackend, type ModelBackendOptions } from "./model/create-model-backend.ts";
export { serveGeneration } from "./model/serve-generation.ts";
export { type ProcessContext, type ProcessOptions, runProcess } from "./run-process.ts";
export type { Authenticate } from "./server/call-gate.ts";
export { createRpcServer } from "./server/create-rpc-server.ts";
export type { HttpExchange } from "./server/http-exchange.ts";
export type { DrainOptions, RpcServer, RpcServerOptions } from "./server/rpc-server.ts";
export type { HttpHandler } from "./server/serve-http.ts";
export type { ServerTls, TlsIdentity } from "./server/tls-listener.ts";
export type { NodeRequest, NodeResponse } from "./server/write-response.ts";
export { createVerifierClient, type VerifierClientOptions } from "./verifier/create-verifier-client.ts";
export { serveScoring } from "./verifier/serve-scoring.ts";
