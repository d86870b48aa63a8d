export type { BackendConfig } from "./backend-section.ts";
export { userConfigFolder } from "./config-file.ts";
export { type Config, configSchema } from "./config-schema.ts";
export { describeConfig } from "./describe-config.ts";
export { processVariables } from "./environment.ts";
export { backendKeys, type KnownKey, knownKeys, namedKeys } from "./known-keys.ts";
export { listenAddress, type ServiceName } from "./listen-address.ts";
export {
  defaultConfig,
  type LoadConfigOptions,
  type LoadedConfig,
  loadConfig,
  loadConfigWithSources,
} from "./load-config.ts";
export { authRequired, isLoopback, mayListen } from "./may-listen.ts";
export type { PoolConfig } from "./pool-section.ts";
export { processConfig } from "./process-config.ts";
export { type ProcessSettings, processSettings } from "./process-settings.ts";
export { readArguments } from "./read-arguments.ts";
export type { TenantConfig } from "./tenant-section.ts";
export { publicTls, type ServiceTls, serviceTls, type TlsFiles } from "./tls-files.ts";
export type { VerifierConfig } from "./verifier-section.ts";
