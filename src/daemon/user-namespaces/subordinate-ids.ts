// /etc/subuid and /etc/subgid (subuid(5)): which ids a user may hand out to the users of a container.

import type { IdRange } from '../../lib/id-map.ts';

export interface SubordinateRange {
  start: number;
  size: number;
}

/** Where Docker begins, and how many ids it takes, when it has to choose. */
const firstChoice = 100_000;
const choiceSize = 65_536;
const mostIds = 0xffff_fffe;

/** Lines of the file; what is malformed is nobody's. */
function parse(text: string): (SubordinateRange & { owner: string })[] {
  return text.split('\n').flatMap(line => {
    const match = /^([^#:]+):(\d+):(\d+)\s*$/.exec(line);
    if (!match) return [];
    const [start, size] = [Number(match[2]), Number(match[3])];
    return size > 0 && start + size <= mostIds ? [{ owner: match[1]!, start, size }] : [];
  });
}

/** The ranges of a user, who may be written by name or number, in the order of the file. */
export function rangesOf(text: string, user: { name: string; uid: number }): SubordinateRange[] {
  return parse(text)
    .filter(({ owner }) => owner === user.name || owner === String(user.uid))
    .map(({ start, size }) => ({ start, size }));
}

/** A range that nobody has in any of the files. */
export function freeRange(...texts: string[]): SubordinateRange {
  const ends = texts.flatMap(parse).map(({ start, size }) => start + size);
  return { start: Math.max(firstChoice, ...ends), size: choiceSize };
}

/** The ids of a container, from 0 on without a gap, over the ranges one after the other. */
export function mapOnto(ranges: readonly SubordinateRange[]): IdRange[] {
  let containerId = 0;
  return ranges.map(({ start, size }) => {
    const range = { containerId, hostId: start, size };
    containerId += size;
    return range;
  });
}
