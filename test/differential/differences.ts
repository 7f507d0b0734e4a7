// Where two engines' observations of one scenario differ.

import type { Observation } from './side.ts';

/** A place in a scenario with what each engine had there; undefined is "nothing". */
export interface Difference {
  /** `scenario > step > path`, what the table of justified differences matches on. */
  readonly place: string;
  readonly peer: unknown;
  readonly ours: unknown;
}

/** The differences of one scenario, at the deepest place each. */
export function findDifferences(
  scenario: string,
  peer: readonly Observation[],
  ours: readonly Observation[],
): Difference[] {
  const found: Difference[] = [];
  for (let index = 0; index < Math.max(peer.length, ours.length); index++) {
    const [theirs, own] = [peer[index], ours[index]];
    const step = theirs?.step ?? own?.step;
    if (theirs?.step !== own?.step) {
      found.push({ place: `${scenario} > ${step}`, peer: theirs?.step, ours: own?.step });
      break;
    }
    compare(`${scenario} > ${step} >`, theirs?.result, own?.result, found);
  }
  return found;
}

function compare(place: string, peer: unknown, ours: unknown, found: Difference[]): void {
  if (isObject(peer) && isObject(ours)) {
    for (const key of new Set([...Object.keys(peer), ...Object.keys(ours)])) {
      compare(`${place} ${key}`, peer[key], ours[key], found);
    }
  } else if (Array.isArray(peer) && Array.isArray(ours) && peer.length === ours.length) {
    for (const [index, item] of peer.entries()) compare(`${place} ${index}`, item, ours[index], found);
  } else if (JSON.stringify(peer) !== JSON.stringify(ours)) {
    found.push({ place, peer, ours });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Three lines: the place, and what each engine has there. */
export function formatDifference({ place, peer, ours }: Difference): string {
  return `${place}\n  docker: ${JSON.stringify(peer)}\n  berth:  ${JSON.stringify(ours)}`;
}
