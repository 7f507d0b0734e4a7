// Waiting for the end of a container whose start is still to come.

import type { Client } from '../../client/index.ts';

/** An exit that is being waited for. */
export interface PendingExit {
  /** The exit code; rejects with the daemon's message when waiting failed. */
  code: Promise<number>;
  cancel(): void;
}

/** Begins to wait; when it resolves the daemon is waiting, so that no exit can be missed by starting now. */
export async function beginWait(
  client: Client,
  id: string,
  condition: 'next-exit' | 'removed' | 'not-running',
): Promise<PendingExit> {
  const stream = await client.stream('ContainerWait', { path: { id }, query: { condition } });
  const code = stream.json().then(result => {
    if (result.Error?.Message) throw new Error(result.Error.Message);
    return result.StatusCode;
  });
  // A failure that nobody waits for must not end the process.
  code.catch(() => {});
  return { code, cancel: () => stream.close() };
}
