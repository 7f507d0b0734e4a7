// The image a request names.

import type { Image } from '../../../images/index.ts';
import { invalid, notFound } from '../../../lib/errors.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';

/** Throws not-found the way the docker CLI expects it before it pulls. */
export function findImage(engine: Pick<Engine, 'images'>, reference: string): Image {
  if (reference === '') throw invalid('no image specified');
  const image = engine.images.find(reference);
  if (image) return image;
  const parsed = parseReference(reference);
  throw notFound(`No such image: ${familiarReference(parsed.digest ? parsed : withDefaultTag(parsed))}`);
}
