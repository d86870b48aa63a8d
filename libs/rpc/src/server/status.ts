import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import { StatusService } from "@reckon/proto/reckon/admin/v1/status";

/** What the status of a process is made of. */
export interface StatusSource {
  readonly service: string;
  readonly version: string;
  readonly ready: () => boolean;
  readonly draining: () => boolean;
  readonly liveHandlers: () => number;
  readonly calls: () => number;
}

/** Serves reckon.admin.v1.StatusService. */
export function serveStatus(router: ConnectRouter, source: StatusSource): void {
  router.service(StatusService, {
    getStatus: () => ({
      service: source.service,
      version: source.version,
      ready: source.ready(),
      draining: source.draining(),
      liveHandlers: source.liveHandlers(),
      calls: BigInt(source.calls()),
      residentBytes: BigInt(process.memoryUsage.rss()),
      uptime: durationFromMs(Math.round(process.uptime() * 1_000)),
    }),
  });
}
