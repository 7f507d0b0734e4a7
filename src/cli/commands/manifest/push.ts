// `manifest push`: a manifest list to its registry, with the images it is made of.

import type { Distribution, Repository } from '../../../distribution/index.ts';
import { parseReference, type Reference, repositoryName } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { type ImageManifest, manifestOf } from '../../manifests/image-manifest.ts';
import { manifestList } from '../../manifests/manifest-list.ts';
import { manifestReference } from '../../manifests/manifest-reference.ts';
import { openManifestStore } from '../../manifests/open-store.ts';
import { findCredentials, openRegistries } from '../../registries/open-registries.ts';
import { insecureFlag } from '../flags.ts';

export const pushManifest = command({
  usage: '[OPTIONS] MANIFEST_LIST',
  args: exactly(1),
  flags: {
    insecure: insecureFlag(),
    purge: bool('Forget the list here once it is pushed', { short: 'p' }),
  },
  async run(context, { flags, args }) {
    const { reference, name } = manifestReference(args[0] ?? '');
    const store = openManifestStore(context);
    const manifests = store.list(name);
    if (manifests.length === 0) throw new Error(`${name} not found`);
    checkPlatforms(manifests);
    const list = manifestList(manifests, reference.domain);
    const registries = openRegistries(context, flags.insecure ? [reference.domain] : []);
    try {
      const repository = await openTarget(context, registries, { reference, manifests });
      for (const manifest of manifests) await bringOver(context, repository, { reference, manifest });
      const bytes = Buffer.from(list.text);
      const digest = await repository.putManifest(reference.tag ?? reference.digest ?? 'latest', {
        bytes,
        mediaType: list.mediaType,
      });
      await context.print(`${digest}\n`);
    } finally {
      registries.close();
    }
    if (flags.purge) store.remove(name);
    return 0;
  },
});

function checkPlatforms(manifests: readonly ImageManifest[]): void {
  for (const { Ref, Descriptor } of manifests) {
    if (Descriptor.platform.os !== '' && Descriptor.platform.architecture !== '') continue;
    throw new Error(`manifest ${Ref} must have an OS and Architecture to be pushed to a registry`);
  }
}

/** The repository of the list, with the right to take blobs over from those of its images. */
async function openTarget(
  context: Context,
  registries: Distribution,
  { reference, manifests }: { reference: Reference; manifests: readonly ImageManifest[] },
): Promise<Repository> {
  const sources = new Set(manifests.map(({ Ref }) => parseReference(Ref).path).filter(path => path !== reference.path));
  const credentials = await findCredentials(context, reference.domain);
  const onWarning = (warning: string) => context.warn(`WARNING: ${warning}`);
  return registries.repository(reference, { credentials, actions: ['pull', 'push'], from: [...sources], onWarning });
}

/** An image of another repository is put into that of the list: its blobs are mounted, its manifest is copied. */
async function bringOver(
  context: Context,
  repository: Repository,
  { reference, manifest }: { reference: Reference; manifest: ImageManifest },
): Promise<void> {
  const source = parseReference(manifest.Ref);
  if (source.path === reference.path) return;
  const { config, layers } = manifestOf(manifest);
  for (const { digest } of [config, ...layers]) {
    if (await repository.mountBlob(digest, source.path)) continue;
    // Layers that only their vendor may hand out have no blob to be mounted.
    if (manifest.Descriptor.platform.os === 'windows') continue;
    throw new Error(`error mounting ${repositoryName(source)}@${digest} to ${manifestName(reference)}`);
  }
  const { digest, mediaType } = manifest.Descriptor;
  const put = await repository.putManifest(digest, { bytes: Buffer.from(manifest.Raw, 'base64'), mediaType });
  await context.print(`Pushed ref ${repositoryName(reference)}@${digest} with digest: ${put}\n`);
}

function manifestName(reference: Reference): string {
  return `${repositoryName(reference)}:${reference.tag ?? 'latest'}`;
}
