// `commit`: a new image from what a container has changed.

import { parseReference } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { between } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';

export const commit = command({
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  args: between(1, 2),
  flags: {
    author: string('Author (for example "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: list('Apply a Dockerfile instruction to the image', { short: 'c' }),
    message: string('Message of the commit', { short: 'm' }),
    pause: bool('Freeze the container meanwhile', { short: 'p', initial: true }),
  },
  async run(context, { flags, args: [container = '', reference] }) {
    if (container === '') throw new Error('invalid container name or ID: value is empty');
    // The daemon would find out only after the work.
    if (reference && parseReference(reference).digest !== undefined) {
      throw new Error('refusing to create a tag with a digest reference');
    }
    const { repository, tag } = splitReference(reference ?? '');
    const { Id } = await context.client.call('ImageCommit', {
      query: {
        container,
        repo: repository,
        tag,
        comment: flags.message,
        author: flags.author,
        changes: [...flags.change],
        ...(!flags.pause && { pause: false }),
      },
    });
    await context.print(`${Id}\n`);
    return 0;
  },
});

/** The tag is what follows a colon after the last slash. */
function splitReference(reference: string): { repository: string; tag: string } {
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  return colon === -1
    ? { repository: reference, tag: '' }
    : { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
