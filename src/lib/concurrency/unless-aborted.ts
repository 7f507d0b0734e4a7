// A promise that somebody else keeps, given up where a signal says so.
import { BerthError } from '../errors.ts';

/** Settles as `promise` does, or rejects with the signal's reason if that comes first; the promise itself goes on. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const gone = Promise.withResolvers<never>();
  const leave = () => gone.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([gone.promise, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** The same for what users wait for: who gives up hears `cancelled`, in the words of Go's clients. */
export async function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  try {
    return await unlessAborted(promise, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new BerthError('cancelled', 'context canceled', { cause: error });
  }
}
