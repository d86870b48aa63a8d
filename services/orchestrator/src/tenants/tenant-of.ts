import { localTenant, type Tenant } from "@reckon/core";
import { type CallContext, currentCall } from "@reckon/rpc";

/**
 * The tenant that a call belongs to; without an argument, of the call that is being served here. `localTenant` where nobody
 * is asked who he is, and outside of calls.
 */
export function tenantOf(call: CallContext | undefined = currentCall()): Tenant {
  return call?.tenant ?? localTenant;
}
