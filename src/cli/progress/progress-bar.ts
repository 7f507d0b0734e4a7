// The bar of one thing that is on its way, as Docker draws it: `[====>    ]  1.2MB/3.4MB 5s`.

import { humanSize } from '../../lib/text/units.ts';

/** How far something is; keys as in the messages of the API. Bytes, unless `units` names something else. */
export interface ProgressDetail {
  current?: number;
  total?: number;
  /** Seconds since the epoch. */
  start?: number;
  hidecounts?: boolean;
  units?: string;
}

// Narrower terminals show numbers only; still narrower ones leave out the time as well.
const widthOfBar = 110;
const widthOfTime = 50;
const steps = 50;

/** The text of a bar on a terminal of `width` columns, '' when nothing is known. `now` in milliseconds. */
export function formatProgress(detail: ProgressDetail, { width, now }: { width: number; now: number }): string {
  const { current = 0, total = 0, units = '' } = detail;
  if (current <= 0 && total <= 0) return '';
  if (total <= 0) return units === '' ? humanSize(current).padStart(8) : `${current} ${units}`;
  const done = Math.min(steps, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = width > widthOfBar ? `[${'='.repeat(done)}>${' '.repeat(steps - done)}] ` : '';
  return bar + counts(detail) + timeLeft(detail, { done, width, now });
}

function counts({ current = 0, total = 0, units = '', hidecounts = false }: ProgressDetail): string {
  if (hidecounts) return '';
  // A position beyond the end says that the end was wrong.
  const beyond = current > total;
  if (units !== '') return beyond ? `${current} ${units}` : `${current}/${total} ${units}`;
  const so = humanSize(current).padStart(8);
  return beyond ? so : `${so}/${humanSize(total)}`;
}

function timeLeft(
  { current = 0, total = 0, start = 0 }: ProgressDetail,
  { done, width, now }: { done: number; width: number; now: number },
): string {
  if (current <= 0 || start <= 0 || done >= steps || width <= widthOfTime) return '';
  const seconds = Math.trunc(((now / 1000 - start) / current) * (total - current));
  return ` ${formatSeconds(seconds)}`;
}

/** Whole seconds as Go writes a duration: `1h2m3s`, `0s`. */
function formatSeconds(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const all = Math.abs(seconds);
  const hours = Math.trunc(all / 3600);
  const minutes = Math.trunc((all % 3600) / 60);
  const parts = [...(hours > 0 ? [`${hours}h`] : []), ...(all >= 60 ? [`${minutes}m`] : []), `${all % 60}s`];
  return sign + parts.join('');
}
