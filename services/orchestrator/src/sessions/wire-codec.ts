import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type SolveEvent, SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";
import type { EventCodec } from "@reckon/store";

/** Events are kept as they go over the wire. */
export const wireCodec: EventCodec<SolveEvent> = {
  encode: (event) => toBinary(SolveEventSchema, event),
  decode: (bytes) => fromBinary(SolveEventSchema, bytes),
};
