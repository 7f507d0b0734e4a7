// Giving up on a stream that may never say another word.

/**
 * What `stream` yields, until `signal` fires: then this throws its reason at once, even when the stream says nothing any
 * more. The stream is told to end, and not waited for.
 */
export async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  // Not Promise.race: whatever lost it would keep every chunk that won.
  let refuse: (reason: unknown) => void = () => {};
  const onAbort = () => refuse(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const iterator = stream[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        refuse = reject;
        iterator.next().then(resolve, reject);
      });
      ended = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a generator that waits for its next chunk would only return after that.
    if (!ended) void iterator.return?.()?.catch?.(() => {});
  }
}
