import { fromConnectError } from "../errors.ts";
import type { CallScope } from "./call-scope.ts";

/**
 * A stream of responses that ends its call however the iteration ends: `break`, `return` and `throw` out of a `for await`
 * cancel the call at once, also while a `next()` is waiting. (Neither Connect nor grpc-js does so by itself: the handler
 * would stay alive as long as the connection.) The call begins with the first `next()`; failures are `ReckonError`s.
 */
export function cancelOnReturn<T>(open: () => CallScope, call: (scope: CallScope) => AsyncIterable<T>) {
  let running: { readonly scope: CallScope; readonly responses: AsyncIterator<T> } | undefined;
  let over = false;
  const begin = () => {
    const scope = open();
    return { scope, responses: call(scope)[Symbol.asyncIterator]() };
  };
  const finish = () => {
    over = true;
    running?.scope.release();
  };
  const leave = () => {
    if (!over) running?.scope.cancel();
    over = true;
  };
  const stream: AsyncIterableIterator<T, void> = {
    async next() {
      if (over) return { done: true, value: undefined };
      running ??= begin();
      try {
        const step = await running.responses.next();
        if (step.done !== true && !over) return step;
        finish();
        return { done: true, value: undefined };
      } catch (error) {
        const left = over;
        finish();
        if (left) return { done: true, value: undefined };
        throw fromConnectError(error);
      }
    },
    async return() {
      leave();
      return { done: true, value: undefined };
    },
    async throw(error) {
      leave();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
