// Signals and terminal sizes passed on to a container.

import type { Client } from '../../client/index.ts';
import type { Io } from '../io.ts';

/** Signals that `--sig-proxy` passes on; those about terminals, children and this process itself stay here. */
const proxied: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGCONT'];

/** Passes signals to the container until the returned function is called. */
export function proxySignals(io: Io, client: Client, id: string): () => void {
  return io.onSignals(proxied, signal => {
    // The container may have ended meanwhile; then there is nobody to tell.
    client.call('ContainerKill', { path: { id }, query: { signal: signal.slice(3) } }).catch(() => {});
  });
}

/** Tells `resize` the size of the terminal now and whenever it changes, until the returned function is called. */
export function followSize(io: Io, resize: (size: { h: number; w: number }) => Promise<unknown>): () => void {
  const send = () => {
    const size = io.stdout.size();
    if (size) resize({ h: size.rows, w: size.columns }).catch(() => {});
  };
  send();
  return io.onSignals(['SIGWINCH'], send);
}

/** Throws what Docker says when a terminal is wanted and input is none. */
export function checkTerminal(io: Io, options: { stdin: boolean; tty: boolean }): void {
  if (options.stdin && options.tty && !io.stdin.isTerminal) throw new Error('the input device is not a TTY');
}
