// Connections that take nothing from the kernel while nobody wants it.
import type { Duplex } from 'node:stream';

interface Internals {
  readonly _readableState?: { highWaterMark?: number };
  readonly _handle?: { pause?(): void } | null;
}

/**
 * A stream that is paused reads on until it has one chunk more than it wants, and the runtime's chunks have up to half a
 * megabyte: with many connections that is what they take. Neither this nor `stopReading` can be asked for otherwise; where
 * a stream is not as expected, they do nothing.
 */
export function readOnDemand(socket: Duplex): void {
  const { _readableState: state } = socket as Internals;
  if (state?.highWaterMark !== undefined) state.highWaterMark = 0;
}

/** Pauses a socket that reads on demand; `resume` ends that. */
export function stopReading(socket: Duplex): void {
  socket.pause();
  (socket as Internals)._handle?.pause?.();
}
