import { readFileSync } from "node:fs";
import { ReckonError } from "@reckon/core";
import type { Config } from "./config-schema.ts";

/** Certificate and key in PEM, and the files they were read from. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Authority that peers' certificates must be signed by. */
  readonly ca?: Buffer;
}

/** What a service needs to speak TLS with the others. */
export interface ServiceTls {
  /** Own certificate; peers are asked for theirs where `ca` is set. */
  readonly server: TlsFiles;
  readonly client: TlsFiles & {
    /** Name that the called service's certificate must bear; the address's own where unset. */
    readonly peerName?: string;
  };
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReckonError("invalid-argument", `${key}: cannot read ${file}: ${why}`, { cause });
  }
}

/** The public port's certificate; `undefined` where it speaks plain text. Throws `invalid-argument` for unreadable files. */
export function publicTls({ tls }: Config): TlsFiles | undefined {
  if (tls.enabled === false || tls.public_cert === undefined || tls.public_key === undefined) return undefined;
  return { cert: read("tls.public_cert", tls.public_cert), key: read("tls.public_key", tls.public_key) };
}

/** The certificates between services; `undefined` where they speak plain text. Throws `invalid-argument` for unreadable files. */
export function serviceTls({ tls }: Config): ServiceTls | undefined {
  if (tls.enabled === false || tls.cert === undefined || tls.key === undefined) return undefined;
  const own = { cert: read("tls.cert", tls.cert), key: read("tls.key", tls.key) };
  const files = tls.ca === undefined ? own : { ...own, ca: read("tls.ca", tls.ca) };
  return { server: files, client: tls.peer_name === undefined ? files : { ...files, peerName: tls.peer_name } };
}
