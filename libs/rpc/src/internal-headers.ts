import type { IncomingHttpHeaders } from "node:http";
import { localTenant, type Tenant, tenantIdPattern } from "@reckon/core";

/** Headers that services say things to each other with; from outside they are dropped. */
export const internalHeaderPrefix = "x-reckon-";

/** For whom a call between services is made. */
export const tenantHeader = `${internalHeaderPrefix}tenant`;

/** Deletes the internal headers of a request, so that no stranger speaks as a service does. */
export function dropInternalHeaders(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (name.startsWith(internalHeaderPrefix)) delete headers[name];
}

/** The tenant that another service names; its caps were checked there. `undefined` where it names none that could be. */
export function tenantFromHeader(value: string | null): Tenant | undefined {
  if (value === null || !tenantIdPattern.test(value)) return undefined;
  return value === localTenant.id ? localTenant : { id: value, caps: {} };
}
