// `registry inspect`: what a registry has by a name.

import { formatReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { inspectAll } from '../../output/inspect.ts';
import { describeManifest } from '../../registries/describe-manifest.ts';
import { withRepository } from '../../registries/open-repository.ts';
import { formatFlag, insecureFlag } from '../flags.ts';

export const inspectRemote = command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST] [NAME[:TAG|@DIGEST]...]',
  args: atLeast(1),
  flags: {
    format: formatFlag(),
    insecure: insecureFlag(),
    raw: bool('Print the bytes of the manifest as they are'),
    referrers: bool('Tell what refers to it: signatures, attestations'),
  },
  async run(context, { flags, args }) {
    const { insecure } = flags;
    if (flags.raw) {
      for (const name of args) context.io.stdout.write(await fetchRaw(name));
      return 0;
    }
    return await inspectAll(context, args, flags.format, describe);

    function fetchRaw(name: string): Promise<Buffer> {
      const reference = withDefaultTag(parseReference(name));
      return withRepository(context, { reference, insecure }, async repository => {
        return (await repository.manifest(reference.digest ?? reference.tag ?? '')).bytes;
      });
    }

    function describe(name: string): Promise<unknown> {
      const reference = withDefaultTag(parseReference(name));
      return withRepository(context, { reference, insecure }, async repository => {
        const manifest = await repository.manifest(reference.digest ?? reference.tag ?? '');
        const { digest } = manifest.descriptor;
        return {
          Name: formatReference(reference),
          ...(await describeManifest(repository, manifest, { withConfig: true })),
          ...(flags.referrers && { Referrers: (await repository.referrers(digest)).manifests }),
        };
      });
    }
  },
});
