// Fetching an image, for `pull` and for commands that need one.

import { type Reference, repositoryName } from '../../oci/reference.ts';
import type { Context } from '../context.ts';
import { withLogin } from '../credentials/with-login.ts';
import type { Output } from '../io.ts';
import { showProgress } from '../progress/show-progress.ts';

interface PullOptions {
  platform: string;
  /** Where progress is shown; undefined: nowhere. */
  output: Output | undefined;
}

/** Asks the daemon to pull `reference`, or all tags of a repository when it has neither tag nor digest. */
export async function pullImage(context: Context, reference: Reference, options: PullOptions): Promise<void> {
  const tag = reference.digest ?? reference.tag;
  const query = {
    fromImage: repositoryName(reference),
    ...(tag !== undefined && { tag }),
    ...(options.platform && { platform: options.platform.toLowerCase() }),
  };
  const stream = await withLogin(context, { domain: reference.domain, verb: 'pull' }, headers =>
    context.client.stream('ImageCreate', { query, headers }),
  );
  await showProgress(stream.lines(), { output: options.output });
}
