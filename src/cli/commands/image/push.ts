// `push`.

import type { OCIPlatform } from '../../../api/types/common.ts';
import { formatReference, repositoryName } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { withLogin } from '../../credentials/with-login.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { parsePlatform } from '../../images/platform.ts';
import { pushNotes } from '../../images/push-notes.ts';
import { transferReference } from '../../images/transfer-reference.ts';
import { noteText } from '../../output/note.ts';
import { showProgress } from '../../progress/show-progress.ts';
import { contentTrustFlag } from '../flags.ts';

const platformNote = `Using --platform pushes only the specified platform manifest of a multi-platform image index.
Other components, like attestations, will not be included.
To push the complete multi-platform image, remove the --platform flag.
`;

export const push = command({
  usage: '[OPTIONS] NAME[:TAG]',
  args: exactly(1),
  flags: {
    'all-tags': bool('Push every tag of the repository', { short: 'a' }),
    'disable-content-trust': contentTrustFlag(),
    platform: string(
      'Push one platform of a multi-platform image, as an image of its own, without its index and attestations (os[/arch[/variant]])',
    ),
    quiet: bool('Print the name only', { short: 'q' }),
  },
  async run(context, { flags, args }) {
    const { stdout } = context.io;
    const platform = flags.platform ? readPlatform(context, flags.platform) : undefined;
    if (platform) await context.print(noteText(stdout, platformNote));
    const options = { all: flags['all-tags'], quiet: flags.quiet };
    const reference = await transferReference(context, args[0] ?? '', options);
    if (reference.digest) throw new Error('cannot push a digest reference');
    const stream = await withLogin(context, { domain: reference.domain, verb: 'push' }, headers =>
      context.client.stream('ImagePush', {
        path: { name: repositoryName(reference) },
        query: { ...(reference.tag && { tag: reference.tag }), ...(platform && { platform }) },
        headers,
      }),
    );
    const notes: string[] = [];
    const onAux = (aux: unknown) => notes.push(...pushNotes(aux));
    try {
      await showProgress(stream.lines(), { output: flags.quiet ? undefined : stdout, onAux });
      if (flags.quiet) await context.print(`${formatReference(reference)}\n`);
    } finally {
      for (const note of notes) await context.print(noteText(stdout, note));
    }
    return 0;
  },
});

function readPlatform(context: Context, text: string): OCIPlatform {
  try {
    return parsePlatform(text);
  } catch (error) {
    context.io.stderr.write(`Invalid platform ${text}`);
    throw error;
  }
}
