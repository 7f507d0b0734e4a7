// `tag`.

import { parseReference, repositoryName, withDefaultTag } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';

export const tag = command({
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  args: exactly(2),
  flags: {},
  interspersed: false,
  async run(context, { args }) {
    const [source = '', target = ''] = args;
    let reference: ReturnType<typeof parseReference>;
    try {
      reference = withDefaultTag(parseReference(target));
    } catch (error) {
      throw new Error(
        `Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${(error as Error).message}`,
      );
    }
    if (reference.digest) throw new Error('refusing to create a tag with a digest reference');
    await context.client.call('ImageTag', {
      path: { name: source },
      query: {
        repo: repositoryName(reference),
        tag: reference.tag,
      },
    });
    return 0;
  },
});
