// `docker image inspect`.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { ImageInspect } from '../../../api/types/images.ts';
import { isAtLeast, maximumVersion } from '../../../api/versions.ts';
import type { Image } from '../../../images/index.ts';
import { invalid } from '../../../lib/errors.ts';
import type { ImageRunConfig } from '../../../oci/image-config.ts';
import type { Engine } from '../../engine.ts';
import { requestedPlatform } from '../platform.ts';
import { listManifests } from './manifests.ts';

interface InspectOptions {
  platform?: OCIPlatform | undefined;
  manifests?: boolean | undefined;
  /** Of the API that the client speaks. */
  version?: string;
}

/** What left the answer in 1.44 and 1.45. */
interface Legacy {
  VirtualSize?: number;
  Container?: string;
  ContainerConfig?: ImageRunConfig;
}

/** Throws not-found, also for a platform that is not there; `invalid` for options that do not go together. */
export async function inspectImage(
  engine: Pick<Engine, 'images' | 'containers'>,
  reference: string,
  { platform, manifests, version = maximumVersion }: InspectOptions = {},
): Promise<ImageInspect & Legacy> {
  if (manifests && platform) {
    throw invalid('conflicting options: manifests and platform options cannot both be set');
  }
  const image = engine.images.get(reference, requestedPlatform(platform));
  const source = image.sources[0];
  return {
    ...describeImage(image, version),
    ...(manifests && isAtLeast(version, '1.48')
      ? {
          Manifests: await listManifests(engine, image.id),
          ...(source ? { Descriptor: source.index ?? source.manifest } : {}),
        }
      : {}),
  };
}

function describeImage(image: Image, version: string): ImageInspect & Legacy {
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Parent: image.parent ?? '',
    Comment: image.comment ?? '',
    Created: image.created || (isAtLeast(version, '1.44') ? undefined : '0001-01-01T00:00:00Z'),
    DockerVersion: config.docker_version ?? '',
    Author: image.author ?? '',
    Architecture: config.architecture,
    ...(config.variant ? { Variant: config.variant } : {}),
    Os: config.os,
    ...(config['os.version'] ? { OsVersion: config['os.version'] } : {}),
    Size: image.size,
    GraphDriver: { Data: null, Name: 'overlay2' },
    RootFS: { Type: 'layers', Layers: image.diffIds },
    Metadata: { LastTagTime: image.lastTagged ?? '0001-01-01T00:00:00Z' },
    Config: describeConfig(config.config, version),
    ...legacyFields(image, version),
  };
}

function legacyFields({ config, size }: Image, version: string): Legacy {
  return {
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: size }),
    ...(isAtLeast(version, '1.45')
      ? {}
      : {
          ...(config.container ? { Container: config.container } : {}),
          ContainerConfig: { ...containerFields, ...alwaysNamed, ...config.container_config },
        }),
  };
}

/** Docker always names these. */
const alwaysNamed = {
  ...{ Cmd: null, Entrypoint: null, Env: null, Labels: null },
  ...{ OnBuild: null, User: '', Volumes: null, WorkingDir: '' },
};

/** Until 1.50 an image had a container's configuration, and this of it. */
const containerFields = {
  ...{ AttachStderr: false, AttachStdin: false, AttachStdout: false, OpenStdin: false, StdinOnce: false, Tty: false },
  ...{ Domainname: '', Hostname: '', Image: '' },
};

function describeConfig(config: ImageRunConfig, version: string): ImageInspect['Config'] {
  const always = isAtLeast(version, '1.50') ? alwaysNamed : { ...containerFields, ...alwaysNamed };
  return { ...always, ...config } as ImageInspect['Config'];
}
