import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as files and as text. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An authority that signs certificates; made by the `openssl` command, since Node can make none. */
export interface Authority {
  readonly caFile: string;
  readonly ca: Buffer;
  /** A certificate for a name, and for 127.0.0.1 where `loopback`. */
  sign(name: string, options?: { readonly loopback?: boolean; readonly days?: number }): Certificate;
}

/** Whether this machine can make certificates. */
export const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false; // There is no such command.
  }
})();

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes an authority in a folder of its own. */
export function createAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), "reckon-ca-"));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  openssl(
    "req",
    "-x509",
    ...curve,
    "-days",
    "2",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
  );
  let made = 0;
  return {
    caFile: at("ca.pem"),
    ca: readFileSync(at("ca.pem")),
    sign(subject, { loopback = true, days = 2 } = {}) {
      made += 1;
      const [key, request, cert, extensions] = ["key", "csr", "pem", "ext"].map((end) => at(`${made}.${end}`)) as [
        string,
        string,
        string,
        string,
      ];
      openssl("req", ...curve, "-subj", `/CN=${subject}`, "-keyout", key, "-out", request);
      writeFileSync(extensions, `subjectAltName=DNS:${subject}${loopback ? ",IP:127.0.0.1" : ""}\n`);
      const signing = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", String(days)];
      openssl("x509", "-req", "-in", request, ...signing, "-extfile", extensions, "-out", cert);
      return { certFile: cert, keyFile: key, cert: readFileSync(cert), key: readFileSync(key) };
    },
  };
}
