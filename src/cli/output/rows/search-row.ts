// A found image as `search` shows it.

import type { ImageSearchResponseItem } from '../../../api/types/images.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { ellipsis } from '../ellipsis.ts';

/** The heads of the columns. */
export const searchHeaders = {
  Name: 'NAME',
  Description: 'DESCRIPTION',
  StarCount: 'STARS',
  IsOfficial: 'OFFICIAL',
};

/** A mark stands for the official ones, in JSON `true` or `false`. */
export function searchRow(
  item: ImageSearchResponseItem,
  { truncate, asJson }: { truncate: boolean; asJson: boolean },
): GoStruct {
  const description = item.description.replace(/[\r\n]/g, ' ');
  const official = asJson ? String(item.is_official) : item.is_official ? '[OK]' : '';
  return {
    [goType]: '*registry.searchContext',
    Name: () => item.name,
    Description: () => (truncate ? ellipsis(description, 45) : description),
    StarCount: () => String(item.star_count),
    IsOfficial: () => official,
  };
}
