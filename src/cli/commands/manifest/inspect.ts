// `manifest inspect`.

import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { between } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import type { ImageManifest } from '../../manifests/image-manifest.ts';
import { manifestList } from '../../manifests/manifest-list.ts';
import { type ManifestReference, manifestReference } from '../../manifests/manifest-reference.ts';
import { openManifestStore } from '../../manifests/open-store.ts';
import { fetchRemote, type RemoteManifest } from '../../manifests/remote-manifests.ts';
import { openRegistries } from '../../registries/open-registries.ts';
import { insecureFlag } from '../flags.ts';

export const inspectManifest = command({
  usage: '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  args: between(1, 2),
  flags: {
    insecure: insecureFlag(),
    verbose: bool('Tell more: platforms, layers, the raw bytes', { short: 'v' }),
  },
  async run(context, { flags, args }) {
    const wanted = manifestReference(args.at(-1) ?? '');
    const found: RemoteManifest =
      args.length === 2
        ? { one: openManifestStore(context).get(manifestReference(args[0]!).name, wanted.name) }
        : await find(context, wanted, flags.insecure);
    const text = 'one' in found ? oneText(found.one, flags.verbose) : severalText(found.several, wanted, flags.verbose);
    await context.print(`${text}\n`);
    return 0;
  },
});

/** A list of this user's goes before what a registry has by the same name. */
async function find(
  context: Context,
  { reference, name }: ManifestReference,
  insecure: boolean,
): Promise<RemoteManifest> {
  try {
    return { several: openManifestStore(context).list(name) };
  } catch (error) {
    if (errorKind(error) !== 'not-found') throw error;
  }
  const registries = openRegistries(context, insecure ? [reference.domain] : []);
  try {
    return await fetchRemote(context, registries, reference);
  } finally {
    registries.close();
  }
}

function oneText(manifest: ImageManifest, verbose: boolean): string {
  const shown: unknown = verbose ? manifest : JSON.parse(Buffer.from(manifest.Raw, 'base64').toString('utf8'));
  return JSON.stringify(shown, null, '\t');
}

function severalText(manifests: ImageManifest[], { reference }: ManifestReference, verbose: boolean): string {
  if (verbose) return JSON.stringify(manifests, null, '\t');
  try {
    return manifestList(manifests, reference.domain).text;
  } catch (error) {
    throw new Error(`failed to assemble ManifestDescriptor: ${(error as Error).message}`, { cause: error });
  }
}
