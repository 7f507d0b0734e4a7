// In which order the contents of files are asked for: first what steps want that can begin soon.

import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { compilePattern } from '../../../lib/patterns/path-match.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { WantedPart } from '../../source.ts';
import { isWild } from '../copy/expand-wildcards.ts';
import { cleanPath } from '../copy/resolve-in-root.ts';
import { type Listing, wantedPlaces } from '../copy/wanted-places.ts';
import { placesAround } from './places-around.ts';

/** An entry of an update. */
export interface Told {
  readonly entry: TarEntry;
  readonly words: Uint8Array | undefined;
  readonly position: number;
}

/** Bytes that could be sent in the time one more file takes. */
const fileCost = 16 * 1024;
/** Longer files than this, in bytes, are asked for when the list is complete: others may be wanted more. */
const small = 128 * 1024;

/**
 * One for each update. What the steps with the fewest steps before them want comes first: small files while the list is still
 * coming, then all of it, what is soon here before what takes long. The others follow, step by step.
 */
export class AskingOrder {
  readonly #wanted: readonly WantedPart[];
  readonly #handedFrom: number;
  readonly #isFirst: (path: string) => boolean;
  #next: Told[] = [];
  #taken = 0;
  #later: Told[] = [];

  /** Files of `handedFrom` bytes and more need not be sent. */
  constructor(wanted: readonly WantedPart[], { handedFrom = Number.POSITIVE_INFINITY }: { handedFrom?: number } = {}) {
    this.#wanted = wanted;
    this.#handedFrom = handedFrom;
    const first = Math.min(...wanted.map(({ depth }) => depth));
    const sources = wanted.filter(({ depth }) => depth === first).flatMap(part => part.sources);
    const matchers = sources.map(literally);
    this.#isFirst = path => matchers.some(matches => matches(path));
  }

  add(told: Told): void {
    const isSoon = this.#wanted.length <= 1 || (this.#sent(told) <= small && this.#isFirst(told.entry.name));
    (isSoon ? this.#next : this.#later).push(told);
  }

  /** The list is complete: puts what was not asked for yet in its order. */
  async sort(listing: Listing): Promise<void> {
    const later = this.#later;
    this.#later = [];
    if (later.length === 0) return;
    const partsAt = await this.#partsAt(listing);
    const costs = this.#wanted.map(() => 0);
    const slice = new TimeSlice();
    const files: { told: Told; parts: readonly number[] }[] = [];
    for (const told of later) {
      if (slice.used) await slice.pause();
      const parts = placesAround(told.entry.name).flatMap(place => partsAt.get(place) ?? []);
      for (const part of parts) costs[part]! += this.#sent(told) + fileCost;
      files.push({ told, parts });
    }
    const ranks = this.#ranks(costs);
    const rankOf = (parts: readonly number[]) => Math.min(costs.length, ...parts.map(part => ranks[part]!));
    const ranked = files.map(({ told, parts }) => ({ told, rank: rankOf(parts) })).sort((a, b) => a.rank - b.rank);
    for (const { told } of ranked) this.#next.push(told);
  }

  #sent({ entry }: Told): number {
    return entry.size >= this.#handedFrom ? 0 : entry.size;
  }

  /** By place: the numbers of the parts that want what is there. */
  async #partsAt(listing: Listing): Promise<Map<string, number[]>> {
    const partsAt = new Map<string, number[]>();
    for (const [number, part] of this.#wanted.entries()) {
      for (const place of await wantedPlaces(listing, part))
        partsAt.set(place, [...(partsAt.get(place) ?? []), number]);
    }
    return partsAt;
  }

  /** Which of all parts each one is: those with the fewest steps before them first, of those what takes the shortest. */
  #ranks(costs: readonly number[]): number[] {
    const parts = this.#wanted.map(({ depth }, number) => ({ number, depth, cost: costs[number]! }));
    const ranks: number[] = [];
    parts.sort((a, b) => a.depth - b.depth || a.cost - b.cost);
    for (const [rank, { number }] of parts.entries()) ranks[number] = rank;
    return ranks;
  }

  /** The one to be asked for next. */
  take(): Told | undefined {
    const told = this.#next[this.#taken];
    if (told) this.#taken++;
    return told;
  }
}

/** Whether a path is at or below what a source says, if there are no links on the way. */
function literally(source: string): (path: string) => boolean {
  const path = cleanPath(source);
  const parts = path === '' ? [] : path.split('/').map(part => (isWild(part) ? compilePattern(part) : part));
  return candidate => {
    const names = candidate.split('/');
    return parts.every((part, at) => (typeof part === 'string' ? part === names[at] : part?.test(names[at] ?? '')));
  };
}
