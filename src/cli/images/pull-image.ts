// Fetching an image that a command needs.

import { parseReference, repositoryName, withDefaultTag } from '../../oci/reference.ts';
import type { Context } from '../context.ts';
import { platformQuery } from './platform.ts';

/** Asks the daemon to pull `name`, showing its progress on standard error unless `quiet`. */
export async function pullImage(
  context: Context,
  name: string,
  options: { platform: string; quiet: boolean },
): Promise<void> {
  const reference = withDefaultTag(parseReference(name));
  const stream = await context.client.stream('ImageCreate', {
    query: {
      fromImage: repositoryName(reference),
      tag: reference.digest ?? reference.tag,
      ...(options.platform && { platform: platformQuery(options.platform) }),
    },
  });
  for await (const line of stream.lines()) {
    if (line.error) throw new Error(line.errorDetail?.message ?? line.error);
    // Bars make sense on a terminal only; elsewhere the steps suffice.
    if (options.quiet || !line.status || line.progressDetail?.current) continue;
    context.warn(line.id ? `${line.id}: ${line.status}` : line.status);
  }
}
