import { localTenant, type Tenant } from "@reckon/core";
import { type CallContext, currentTenant } from "@reckon/rpc";

/**
 * The tenant that a call belongs to; without an argument, the one that the work here is done for, also after its call has
 * ended. `localTenant` where nobody is asked who he is, and outside of calls.
 */
export function tenantOf(call?: CallContext): Tenant {
  return (call === undefined ? currentTenant() : call.tenant) ?? localTenant;
}
