// The connection that attaches to a container.

import type { Client, HijackResult } from '../../client/index.ts';

interface AttachStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** '' is the daemon's default. */
  readonly detachKeys: string;
}

/** Opens it for what comes from now on; whoever asks closes it. Throws what the daemon refuses. */
export function attachStream(client: Client, id: string, streams: AttachStreams): Promise<HijackResult> {
  const { stdin, stdout, stderr, detachKeys } = streams;
  return client.hijack('ContainerAttach', {
    path: { id },
    query: {
      stream: true,
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
      ...(detachKeys && { detachKeys }),
    },
  });
}
