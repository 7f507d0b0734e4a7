// `manifest annotate`: says for which platform a manifest of a list is.

import { errorKind } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import type { Platform } from '../../../oci/platform.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { list, string } from '../../grammar/flag.ts';
import { type ImageManifest, orderPlatform } from '../../manifests/image-manifest.ts';
import { type ManifestReference, manifestReference } from '../../manifests/manifest-reference.ts';
import { openManifestStore } from '../../manifests/open-store.ts';

// What Docker takes for a platform.
const platforms: Readonly<Record<string, string>> = {
  darwin: '386 amd64 arm arm64',
  dragonfly: 'amd64',
  freebsd: '386 amd64 arm',
  linux: '386 amd64 arm arm64 loong64 mips64 mips64le ppc64le riscv64 s390x',
  netbsd: '386 amd64 arm',
  openbsd: '386 amd64 arm',
  plan9: '386 amd64',
  solaris: 'amd64',
  windows: '386 amd64 arm64',
};

export const annotateManifest = command({
  usage: '[OPTIONS] MANIFEST_LIST MANIFEST',
  args: exactly(2),
  flags: {
    arch: string('Processor architecture'),
    os: string('Operating system'),
    'os-features': list('Feature of the operating system', { type: 'strings' }),
    'os-version': string('Version of the operating system'),
    variant: string('Variant of the architecture'),
  },
  async run(context, { flags, args }) {
    const [target = '', image = ''] = args;
    const targetName = read(target, 'manifest list').name;
    const imageName = read(image, 'manifest').name;
    const known = findMember(context, { targetName, imageName, target, image });
    const platform = annotated(known.Descriptor.platform, flags);
    if (!ownEntry(platforms, platform.os)?.split(' ').includes(platform.architecture)) {
      throw new Error(`manifest entry for image has unsupported os/arch combination: ${flags.os}/${flags.arch}`);
    }
    const value = { ...known, Descriptor: { ...known.Descriptor, platform } };
    openManifestStore(context).save(targetName, imageName, value);
    return 0;
  },
});

function read(text: string, what: string): ManifestReference {
  try {
    return manifestReference(text);
  } catch (error) {
    throw new Error(`annotate: error parsing name for ${what} ${text}: ${(error as Error).message}`, { cause: error });
  }
}

interface Names {
  targetName: string;
  imageName: string;
  /** As they were typed. */
  target: string;
  image: string;
}

function findMember(context: Context, { targetName, imageName, target, image }: Names): ImageManifest {
  try {
    return openManifestStore(context).get(targetName, imageName);
  } catch (error) {
    if (errorKind(error) !== 'not-found') throw error;
    throw new Error(`manifest for image ${image} does not exist in ${target}`, { cause: error });
  }
}

interface Annotations {
  arch: string;
  os: string;
  'os-features': readonly string[];
  'os-version': string;
  variant: string;
}

function annotated(platform: Platform, flags: Annotations): Platform {
  const features = flags['os-features'].flatMap(text => text.split(','));
  return orderPlatform({
    ...platform,
    ...(flags.os && { os: flags.os }),
    ...(flags.arch && { architecture: flags.arch }),
    ...(flags.variant && { variant: flags.variant }),
    ...(flags['os-version'] && { 'os.version': flags['os-version'] }),
    'os.features': [...new Set([...(platform['os.features'] ?? []), ...features])],
  });
}
