// `manifest create`: begins a manifest list, or adds to one.

import type { Distribution } from '../../../distribution/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import type { ImageManifest } from '../../manifests/image-manifest.ts';
import { type ManifestReference, manifestReference } from '../../manifests/manifest-reference.ts';
import { openManifestStore } from '../../manifests/open-store.ts';
import { fetchRemote } from '../../manifests/remote-manifests.ts';
import { openRegistries } from '../../registries/open-registries.ts';
import { insecureFlag } from '../flags.ts';

export const createManifest = command({
  usage: 'MANIFEST_LIST MANIFEST [MANIFEST...]',
  args: atLeast(2),
  flags: {
    amend: bool('Add to a list that is there already', { short: 'a' }),
    insecure: insecureFlag(),
  },
  async run(context, { flags, args }) {
    const [target = '', ...members] = args;
    const list = readTarget(target);
    const store = openManifestStore(context);
    if (store.has(list.name) && !flags.amend) {
      throw new Error('refusing to amend an existing manifest list with no --amend flag');
    }
    const wanted = members.map(manifestReference);
    const registries = openRegistries(context, flags.insecure ? wanted.map(({ reference }) => reference.domain) : []);
    try {
      for (const member of wanted) {
        store.save(list.name, member.name, await findMember(context, { registries, list, member }));
      }
    } finally {
      registries.close();
    }
    await context.print(`Created manifest list ${list.name}\n`);
    return 0;
  },
});

function readTarget(text: string): ManifestReference {
  try {
    return manifestReference(text);
  } catch (error) {
    throw new Error(`error parsing name for manifest list ${text}: ${(error as Error).message}`, { cause: error });
  }
}

/** What the list has of it already, annotations and all, or what the registry has. */
async function findMember(
  context: Context,
  { registries, list, member }: { registries: Distribution; list: ManifestReference; member: ManifestReference },
): Promise<ImageManifest> {
  try {
    return openManifestStore(context).get(list.name, member.name);
  } catch (error) {
    if (errorKind(error) !== 'not-found') throw error;
  }
  const found = await fetchRemote(context, registries, member.reference);
  if ('several' in found) throw new Error(`${member.name} is a manifest list`);
  return found.one;
}
