// `docker pull`.

import type { CreateImageInfo } from '../../../api/types/images.ts';
import { BerthError, errorKind, errorMessage, invalid } from '../../../lib/errors.ts';
import { isDigest } from '../../../oci/digest.ts';
import { linuxPlatform, type Platform, parsePlatform } from '../../../oci/platform.ts';
import { familiarName, familiarReference, isTag, parseReference, type Reference } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';
import { publishTransfer } from '../image-events.ts';
import { progressLine } from './progress-line.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

interface PullImageRequest {
  /** A name, with a tag or digest or without. */
  image: string;
  /** A tag or a digest; without one, and none in `image`, every tag of the repository is pulled. */
  tag: string | undefined;
  platform: string | undefined;
  /** As the header `X-Registry-Auth` carries it. */
  auth: string | undefined;
  signal: AbortSignal;
}

/** Lines of progress. Throws `invalid`, `not-found` and what registries refuse, in Docker's words and with its statuses. */
export async function* pullImage(
  engine: Pick<Engine, 'images' | 'events' | 'host'>,
  request: PullImageRequest,
): AsyncGenerator<CreateImageInfo> {
  const reference = readReference(request.image, request.tag);
  const platform = request.platform ? readPlatform(request.platform, engine) : undefined;
  const credentials = decodeRegistryAuth(request.auth);
  try {
    for await (const event of engine.images.transfers.pull(reference, { ...request, credentials, platform })) {
      if (event.kind === 'line' || event.kind === 'progress') yield progressLine(event);
    }
    publishTransfer(engine, 'pull', reference);
    const warning = platform && platformWarning(engine, reference, platform);
    if (warning) yield { status: warning };
  } catch (error) {
    throw asDockerFails(error);
  }
}

/** Docker answers 500 to whatever a registry says but that there is no such thing. */
export function asDockerFails(error: unknown): unknown {
  const kind = errorKind(error);
  if (kind !== 'unavailable' && kind !== 'unauthorized' && kind !== 'forbidden') return error;
  return new BerthError('system', errorMessage(error), { cause: error });
}

function readReference(image: string, tag: string | undefined): Reference {
  const named = parseReference(image);
  // No registry has it: it is what images without a base are made from.
  if (familiarName(named) === 'scratch') throw new BerthError('forbidden', "'scratch' is a reserved name");
  if (!tag) return named;
  if (isDigest(tag)) return { domain: named.domain, path: named.path, digest: tag };
  if (!isTag(tag)) throw invalid('invalid tag format');
  return parseReference(`${named.domain}/${named.path}:${tag}`);
}

/** A single manifest is pulled whatever it is for; who asked for something else is told. */
function platformWarning(engine: Pick<Engine, 'images'>, reference: Reference, platform: Platform): string | undefined {
  if (reference.tag === undefined && reference.digest === undefined) return undefined;
  try {
    engine.images.get(familiarReference(reference), platform);
    return undefined;
  } catch (error) {
    if (errorKind(error) !== 'not-found') throw error;
    return `WARNING: ${errorMessage(error)}`;
  }
}

function readPlatform(text: string, engine: Pick<Engine, 'host'>): Platform {
  return parsePlatform(text, linuxPlatform(engine.host.machine()));
}
