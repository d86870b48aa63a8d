/** A queue of many callers that serves them in turn: a caller with a hundred items does not delay one with a single item. */
export class FairQueue<T> {
  readonly #lanes = new Map<number, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(caller: number, item: T): void {
    let lane = this.#lanes.get(caller);
    if (lane === undefined) {
      lane = new Set();
      this.#lanes.set(caller, lane);
    }
    lane.add(item);
    this.#size += 1;
  }

  /** The oldest item of the caller whose turn it is; the caller then goes behind all others. */
  shift(): T | undefined {
    for (const [caller, lane] of this.#lanes) {
      this.#lanes.delete(caller);
      for (const item of lane) {
        lane.delete(item);
        this.#size -= 1;
        if (lane.size > 0) this.#lanes.set(caller, lane);
        return item;
      }
    }
    return undefined;
  }

  /** Takes an item out of the middle; false where it was not queued. */
  delete(caller: number, item: T): boolean {
    const lane = this.#lanes.get(caller);
    if (lane?.delete(item) !== true) return false;
    this.#size -= 1;
    if (lane.size === 0) this.#lanes.delete(caller);
    return true;
  }
}
