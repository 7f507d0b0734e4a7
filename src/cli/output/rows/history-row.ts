// A layer of an image as `history` shows it.

import type { ImageHistoryResponseItem } from '../../../api/types/images.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { humanDuration } from '../../../lib/text/duration.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { formatRfc3339 } from '../../time/format-time.ts';
import { ellipsis, shortId } from '../ellipsis.ts';

/** The heads of the columns. */
export const historyHeaders = {
  ID: 'IMAGE',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
};

/** `human`: sizes and times as people say them; `now` in milliseconds. */
export function historyRow(
  item: ImageHistoryResponseItem,
  { truncate, human, now }: { truncate: boolean; human: boolean; now: number },
): GoStruct {
  const command = item.CreatedBy.replaceAll('\t', ' ');
  const at = () => formatRfc3339(item.Created * 1000);
  const since = () => (item.Created <= 0 ? 'N/A' : `${humanDuration(now - item.Created * 1000)} ago`);
  return {
    [goType]: '*image.historyContext',
    ID: () => (truncate ? shortId(item.Id) : item.Id),
    CreatedSince: () => (human ? since() : at()),
    CreatedAt: at,
    CreatedBy: () => (truncate ? ellipsis(command, 45) : command),
    Size: () => (human ? humanSize(item.Size, 3) : String(item.Size)),
    Comment: () => item.Comment,
  };
}
