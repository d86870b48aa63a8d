import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";

/** How calls that fail before they have brought anything are tried again. */
export interface RetryOptions {
  /** Attempts in all, 2 to 5. Default 4. */
  readonly maxAttempts?: number;
  /** Default 50 ms. */
  readonly initialBackoffMs?: number;
  /** Default 1,000 ms. */
  readonly maxBackoffMs?: number;
}

/** How a channel speaks TLS; an empty one trusts the machine's authorities and shows no certificate. All in PEM. */
export interface ChannelTls {
  /** Authority that must have signed the server's certificate. Default: those of the machine. */
  readonly ca?: Buffer;
  /** Own certificate and key, for servers that ask for one. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Name that the server's certificate must bear. Default: the target's. */
  readonly peerName?: string;
}

/** How a channel connects; the defaults are those of each field. */
export interface RpcChannelOptions {
  /** The largest message accepted, and sent. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  /** Default: `UNAVAILABLE` is tried again, 4 attempts, 50 ms to 1 s between them. False: never. */
  readonly retry?: RetryOptions | false;
  /** How often a connection with calls is probed. Default 20,000 ms; lost 10,000 ms later. */
  readonly keepaliveMs?: number;
  /** Default `round_robin`. */
  readonly loadBalancing?: "round_robin" | "pick_first";
  /** Default: plain text, or TLS by the machine's authorities for a target that begins with `https://`. */
  readonly tls?: ChannelTls | undefined;
}

const defaultMaxMessageBytes = 32 * 1_048_576;

/** Address of a target as grpc-js takes it: `host:port`, `dns:...`, `ipv4:a:1,b:2`, or the `url` of an `RpcServer`. */
export function grpcTarget(target: string): string {
  return target.replace(/^https?:\/\//, "").replace(/\/+$/, "");
}

// Channels share connections only where their credentials are the same object.
const known = new WeakMap<ChannelTls, ChannelCredentials>();
const byTheMachine: ChannelTls = {};

/** The credentials of a channel to a target. */
export function channelCredentials(target: string, tls?: ChannelTls): ChannelCredentials {
  const wanted = tls ?? (target.startsWith("https://") ? byTheMachine : undefined);
  if (wanted === undefined) return credentials.createInsecure();
  const made = known.get(wanted) ?? credentials.createSsl(wanted.ca, wanted.key, wanted.cert);
  known.set(wanted, made);
  return made;
}

/** The grpc-js options of a channel. */
export function grpcChannelOptions(options: RpcChannelOptions): ChannelOptions {
  const maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  return {
    "grpc.service_config": JSON.stringify(serviceConfig(options)),
    "grpc.service_config_disable_resolution": 1,
    "grpc.enable_retries": options.retry === false ? 0 : 1,
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc.keepalive_time_ms": options.keepaliveMs ?? 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // Services reach each other directly; proxy variables of the environment are meant for the way out.
    "grpc.enable_http_proxy": 0,
    // Otherwise up to 10 MB of queued frames make the peer refuse streams.
    "grpc-node.max_session_memory": 256,
    ...(options.tls?.peerName !== undefined && { "grpc.ssl_target_name_override": options.tls.peerName }),
  };
}

function serviceConfig({ retry, loadBalancing = "round_robin" }: RpcChannelOptions): object {
  const policy = retry === false ? undefined : retryPolicy(retry ?? {});
  return {
    loadBalancingConfig: [{ [loadBalancing]: {} }],
    methodConfig: policy === undefined ? [] : [{ name: [{}], retryPolicy: policy }],
    retryThrottling: { maxTokens: 100, tokenRatio: 0.5 },
  };
}

function retryPolicy({ maxAttempts = 4, initialBackoffMs = 50, maxBackoffMs = 1_000 }: RetryOptions): object {
  return {
    maxAttempts,
    // Durations of a retry policy are strings; those of outlier detection would be objects (grpc-js 1.14).
    initialBackoff: `${initialBackoffMs / 1_000}s`,
    maxBackoff: `${maxBackoffMs / 1_000}s`,
    backoffMultiplier: 2,
    retryableStatusCodes: ["UNAVAILABLE"],
  };
}
