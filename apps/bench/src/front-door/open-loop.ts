import { Agent } from "node:http";
import { type ChatTiming, timedChat } from "./timed-chat.ts";

/**
 * Sends the same request `rate` times a second, for so many seconds, each when it is its time: a slow answer does not spare the
 * server the next request. Rejects with the first failure.
 */
export async function openLoop(url: string, body: string, rate: number, seconds: number): Promise<ChatTiming[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_024 });
  const running: Promise<ChatTiming>[] = [];
  const startedAt = performance.now();
  try {
    for (let sent = 0; sent < rate * seconds; sent += 1) {
      const waitMs = startedAt + (sent * 1000) / rate - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const timing = timedChat(url, body, agent);
      timing.catch(() => undefined); // Told by the wait for all of them.
      running.push(timing);
    }
    return await Promise.all(running);
  } finally {
    agent.destroy();
  }
}
