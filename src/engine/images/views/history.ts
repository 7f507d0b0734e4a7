// `docker history`.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { ImageHistoryResponseItem } from '../../../api/types/images.ts';
import type { Engine } from '../../engine.ts';
import { requestedPlatform } from '../platform.ts';
import { unixSeconds } from './unix-seconds.ts';

/** Newest layer first; throws not-found, `invalid` for what is no platform. */
export function imageHistory(
  engine: Pick<Engine, 'images'>,
  reference: string,
  platform?: OCIPlatform,
): ImageHistoryResponseItem[] {
  return engine.images.history(reference, requestedPlatform(platform)).map(row => ({
    Id: row.id ?? '<missing>',
    Created: unixSeconds(row.created),
    CreatedBy: row.createdBy,
    Tags: row.tags.length > 0 ? row.tags : null,
    Size: row.size,
    Comment: row.comment,
  }));
}
