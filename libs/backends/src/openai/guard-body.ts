import { ReckonError } from "@reckon/core";

/** The longest line that is read; a server that sends more has lost its way. */
const maxLineBytes = 1_048_576;
/** How long a connection may stay open after its end mark before it is closed from this side. */
const lingerMs = 200;

const endMark = /[\r\n]data: ?\[DONE\]/;

/**
 * The body of an event stream, ended at its end mark `data: [DONE]`: the rest is read in the background for at most 200 ms, so
 * that the connection can be used again, but a server that keeps it open holds nobody up. The SDKs keep a line of any length
 * in memory; here one above 1 MiB fails with `data-loss`. JSON has no raw line breaks, so no model can write the mark.
 */
export function guardBody(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let lineBytes = 0;
  // The last bytes that were read, as the mark may be cut; the beginning counts as a line end.
  let tail = "\n";
  let ended = false;

  const drain = async () => {
    const timer = setTimeout(() => void reader.cancel().catch(() => undefined), lingerMs);
    timer.unref();
    try {
      while (!(await reader.read()).done);
    } catch {
      // Everything that mattered was read before; the connection is gone, and that is all.
    } finally {
      clearTimeout(timer);
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) return controller.close();
        const lineEnd = value.lastIndexOf(0x0a);
        lineBytes = lineEnd < 0 ? lineBytes + value.length : value.length - lineEnd;
        if (lineBytes > maxLineBytes) {
          void reader.cancel().catch(() => undefined);
          throw new ReckonError("data-loss", `a line of the stream is longer than ${maxLineBytes} bytes`, {
            retryable: true,
          });
        }
        const text = tail + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
        tail = text.slice(-16);
        controller.enqueue(value);
        if (!text.includes("[DONE]") || !endMark.test(text)) return;
        ended = true;
        controller.close();
        void drain();
      },
      cancel: (reason) => (ended ? undefined : reader.cancel(reason)),
    },
    // Nothing is read ahead of the consumer.
    { highWaterMark: 0 },
  );
}
