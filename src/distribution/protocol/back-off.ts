// How long to wait before trying again.
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../../lib/errors.ts';

const first = 250;
const longest = 8_000;
/** A registry that asks for more patience than this is said to be unavailable instead. */
const mostPatience = 30_000;

/**
 * Milliseconds before attempt `attempt` + 1 (they count from 1): doubling, with up to a quarter of chance. A
 * `Retry-After` (seconds or a date) counts instead; undefined when it asks for too long.
 */
export function backOff(attempt: number, retryAfter: string | undefined, now = Date.now()): number | undefined {
  if (retryAfter !== undefined) {
    const asked = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
    if (!Number.isNaN(asked)) return asked > mostPatience ? undefined : Math.max(0, asked);
  }
  return Math.min(longest, first * 2 ** (attempt - 1)) * (1 + Math.random() / 4);
}

/** Throws `cancelled` when the signal comes first. */
export async function pause(time: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(time, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new BerthError('cancelled', 'context canceled', { cause: error });
  }
}
