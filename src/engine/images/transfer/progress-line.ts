// A step of a transfer as the API tells it.

import type { CreateImageInfo } from '../../../api/types/images.ts';
import type { TransferEvent } from '../../../images/index.ts';
import { humanSize } from '../../../lib/text/units.ts';

const width = 50;

/** With the bar that old clients print as it is. */
export function progressLine(event: Extract<TransferEvent, { kind: 'line' | 'progress' }>): CreateImageInfo {
  const { status, id } = event;
  if (event.kind === 'line') return { status, ...(id === undefined ? {} : { id }) };
  const { current, total } = event;
  if (current === undefined || total === undefined) return { status, progressDetail: {}, id };
  return { status, progressDetail: { current, total }, progress: bar(current, total), id };
}

function bar(current: number, total: number): string {
  const sizes = humanSize(current).padStart(8);
  if (total <= 0) return sizes;
  const done = Math.min(width, Math.floor(Math.floor((current / total) * 100) / 2));
  const numbers = current > total ? sizes : `${sizes}/${humanSize(total)}`;
  return `[${'='.repeat(done)}>${' '.repeat(width - done)}] ${numbers}`;
}
