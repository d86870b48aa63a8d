/** An event as bytes, with its number. */
export interface EncodedEvent {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

const headerBytes = 8;

/** Events in one piece: for each its number and its length (32 bits, big endian) and its bytes. */
export function packEvents(events: readonly EncodedEvent[]): Buffer {
  const batch = Buffer.allocUnsafe(events.reduce((sum, { bytes }) => sum + headerBytes + bytes.length, 0));
  let at = 0;
  for (const { sequence, bytes } of events) {
    at = batch.writeUInt32BE(sequence, at);
    at = batch.writeUInt32BE(bytes.length, at);
    batch.set(bytes, at);
    at += bytes.length;
  }
  return batch;
}

/** The events of one piece; throws `RangeError` where it is not whole. */
export function unpackEvents(batch: Buffer): EncodedEvent[] {
  const events: EncodedEvent[] = [];
  for (let at = 0; at < batch.length; ) {
    const sequence = batch.readUInt32BE(at);
    const end = at + headerBytes + batch.readUInt32BE(at + 4);
    if (end > batch.length) throw new RangeError(`event ${sequence} ends at byte ${end} of ${batch.length}`);
    events.push({ sequence, bytes: batch.subarray(at + headerBytes, end) });
    at = end;
  }
  return events;
}
