// `registry tags`: the tags of a repository, and what they stand for.

import type { Repository } from '../../../distribution/index.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { parseReference } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { shortId } from '../../output/ellipsis.ts';
import { formatList } from '../../output/format-list.ts';
import { describeManifest, type ManifestDescription } from '../../registries/describe-manifest.ts';
import { withRepository } from '../../registries/open-repository.ts';
import { insecureFlag } from '../flags.ts';

const parallel = 8;

const headers = {
  Tag: 'TAG',
  Digest: 'DIGEST',
  Kind: 'KIND',
  Platforms: 'PLATFORMS',
  Size: 'SIZE',
  Created: 'CREATED',
};

export const listTags = command({
  usage: '[OPTIONS] HOST[:PORT]/REPOSITORY',
  args: exactly(1),
  flags: {
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    insecure: insecureFlag(),
    'no-trunc': bool('Do not shorten the output'),
    quiet: bool('Show tags only, without asking what they stand for', { short: 'q' }),
  },
  async run(context, { flags, args }) {
    const [name = ''] = args;
    const reference = parseReference(name);
    if (reference.tag || reference.digest) {
      throw new Error(`${name} is not HOST[:PORT]/REPOSITORY: a repository has no tag and no digest`);
    }
    const text = await withRepository(context, { reference, insecure: flags.insecure }, async repository => {
      const tags = (await Array.fromAsync(repository.tags())).sort();
      if (flags.quiet) return tags.map(tag => `${tag}\n`).join('');
      const rows = await describeAll(repository, tags, { truncate: !flags['no-trunc'] });
      const table = '{{.Tag}}\t{{.Digest}}\t{{.Kind}}\t{{.Platforms}}\t{{.Size}}';
      return formatList(rows, { format: flags.format, table, headers });
    });
    await context.print(text);
    return 0;
  },
});

/** In the order of the tags, several being asked for at once. */
async function describeAll(
  repository: Repository,
  tags: readonly string[],
  options: { truncate: boolean },
): Promise<GoStruct[]> {
  const rows: GoStruct[] = [];
  for (let start = 0; start < tags.length; start += parallel) {
    const some = tags.slice(start, start + parallel);
    rows.push(...(await Promise.all(some.map(tag => describeTag(repository, tag, options)))));
  }
  return rows;
}

async function describeTag(repository: Repository, tag: string, options: { truncate: boolean }): Promise<GoStruct> {
  const description = await describeManifest(repository, await repository.manifest(tag), { withConfig: true });
  return tagRow(tag, description, options);
}

function tagRow(tag: string, description: ManifestDescription, { truncate }: { truncate: boolean }): GoStruct {
  const { Digest, Size } = description;
  return {
    [goType]: '*registry.tagContext',
    Tag: () => tag,
    Digest: () => (truncate ? shortId(Digest) : Digest),
    Kind: () => description.Kind,
    Platforms: () => description.Platforms.join(', '),
    Size: () => (Size === undefined ? 'N/A' : humanSize(Size, 3)),
    Created: () => description.Created ?? '',
  };
}
