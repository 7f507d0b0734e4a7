// `docker push`.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { PushImageInfo } from '../../../api/types/images.ts';
import { invalid } from '../../../lib/errors.ts';
import { isTag, parseReference, type Reference } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';
import { publishTransfer } from '../image-events.ts';
import { requestedPlatform } from '../platform.ts';
import { progressLine } from './progress-line.ts';
import { asDockerFails } from './pull.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

interface PushImageRequest {
  /** A name without a tag. */
  name: string;
  /** Without one, every tag of the repository is pushed. */
  tag: string | undefined;
  platform: OCIPlatform | undefined;
  /** As the header `X-Registry-Auth` carries it. */
  auth: string | undefined;
  signal: AbortSignal;
}

/** The tag beside the name counts more than one in it. */
function withTag(reference: Reference, tag: string | undefined): Reference {
  if (!tag) return reference;
  if (!isTag(tag)) throw invalid('invalid tag format');
  return { ...reference, tag };
}

/** Lines of progress; the last one of each tag tells its digest. Throws `invalid`, `not-found`, what registries refuse. */
export async function* pushImage(
  engine: Pick<Engine, 'images' | 'events'>,
  { name, tag, platform, auth, signal }: PushImageRequest,
): AsyncGenerator<PushImageInfo> {
  const reference = withTag(parseReference(name), tag);
  const request = { credentials: decodeRegistryAuth(auth), platform: requestedPlatform(platform), signal };
  try {
    for await (const event of engine.images.transfers.push(reference, request)) {
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
