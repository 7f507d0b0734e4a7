// `docker push`.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { PushImageInfo } from '../../../api/types/images.ts';
import { parseReference } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';
import { progressLine } from './progress-line.ts';
import { asDockerFails, publishTransfer } from './pull.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

export interface PushImageRequest {
  /** A name without a tag. */
  name: string;
  /** Without one, every tag of the repository is pushed. */
  tag: string | undefined;
  platform: OCIPlatform | undefined;
  /** As the header `X-Registry-Auth` carries it. */
  auth: string | undefined;
  signal: AbortSignal;
}

/** Lines of progress; the last one of each tag tells its digest. Throws `invalid`, `not-found`, what registries refuse. */
export async function* pushImage(
  engine: Pick<Engine, 'images' | 'events'>,
  { name, tag, platform, auth, signal }: PushImageRequest,
): AsyncGenerator<PushImageInfo> {
  const reference = parseReference(tag ? `${name}:${tag}` : name);
  const credentials = decodeRegistryAuth(auth);
  try {
    for await (const event of engine.images.transfers.push(reference, { credentials, platform, signal })) {
      if (event.kind === 'line' || event.kind === 'progress') yield progressLine(event);
      if (event.kind !== 'pushed') continue;
      const { digest, size } = event;
      const pushed = event.reference.tag ?? '';
      yield { status: `${pushed}: digest: ${digest} size: ${size}` };
      yield { progressDetail: {}, aux: { Tag: pushed, Digest: digest, Size: size } };
      publishTransfer(engine, 'push', event.reference);
    }
  } catch (error) {
    throw asDockerFails(error);
  }
}
