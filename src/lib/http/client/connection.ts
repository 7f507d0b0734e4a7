// What an exchange asks of the connection it goes over.

/** A part of what a Duplex of node:stream is; half-open is allowed. */
export interface Connection {
  readonly destroyed: boolean;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'end' | 'close', listener: () => void): unknown;
  /** `done` is called when nobody looks at `data` any more. */
  write(data: string | Uint8Array, done?: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
  /** Puts bytes back that are to be read first. */
  unshift(data: Buffer): void;
  destroy(): unknown;
}
