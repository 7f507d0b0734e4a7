// A response's body that does not stand still for ever.
import type { HttpResponse } from '../../lib/http/client/request.ts';

/**
 * The body, once. When nothing comes for `stallTime` milliseconds although the reader waits, it fails as a broken
 * connection does. Leaving the iteration early closes the connection instead of reading on for nobody.
 */
export async function* watchBody(
  response: HttpResponse,
  o: { stallTime: number; onError: (error: unknown) => unknown },
): AsyncGenerator<Buffer, void> {
  const chunks = response.body[Symbol.asyncIterator]();
  let waiting = true;
  let stalled = false;
  let done = false;
  const timer = setTimeout(() => {
    // A reader that takes its time is none of the registry's fault.
    if (!waiting) return;
    stalled = true;
    response.close();
  }, o.stallTime);
  timer.unref();
  try {
    for (;;) {
      waiting = true;
      timer.refresh();
      const next = await chunks.next();
      waiting = false;
      if (next.done) break;
      yield next.value;
    }
    done = true;
  } catch (error) {
    throw o.onError(stalled ? Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' }) : error);
  } finally {
    clearTimeout(timer);
    if (!done) response.close();
  }
}
