import { ReckonError } from "@reckon/core";

/** The longest line that is read; a server that sends more has lost its way. */
const maxLineChars = 1_048_576;

/**
 * Yields the data of each event of a `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html,
 * section 9.2.6); comments and other fields are passed over. Unlike a browser it also yields a last event that no empty line
 * ended, as some servers leave that out. A line above 1 Mi characters throws `data-loss`. Leaving early closes the stream.
 */
export async function* readServerSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  const take = (line: string): string | undefined => {
    if (line === "") {
      const event = data.length > 0 ? data.join("\n") : undefined;
      data = [];
      return event;
    }
    const match = /^data(?::\u0020?(.*))?$/s.exec(line);
    if (match !== null) data.push(match[1] ?? "");
    return undefined;
  };

  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be half of a line end; it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > maxLineChars) {
      throw new ReckonError("data-loss", `a line of the stream is longer than ${maxLineChars} characters`);
    }
    for (const line of lines) {
      const event = take(line);
      if (event !== undefined) yield event;
    }
  }
  for (const line of [...(rest + decoder.decode()).split(/\r\n|\n|\r/), ""]) {
    const event = take(line);
    if (event !== undefined) yield event;
  }
}
