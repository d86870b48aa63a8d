import type { Backend } from "@reckon/core";
import type { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { type ServiceImpl, serveGeneration } from "@reckon/rpc";

/** What the model proxy works with. */
export interface ModelProxyOptions {
  /** All configured backends behind one. */
  readonly backend: Backend;
}

/** The handlers of ModelService: all that there is to it happens in the backend and in `rpc`. */
export function createModelProxyService({ backend }: ModelProxyOptions): ServiceImpl<typeof ModelService> {
  return serveGeneration(backend);
}
