// Where an open file stands.
import { readFileSync } from 'node:fs';

/** The position of the next read or write; undefined for a descriptor that is not open. 0 for what has no position. */
export function descriptorPosition(descriptor: number): number | undefined {
  try {
    const position = Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]);
    return Number.isSafeInteger(position) ? position : undefined;
  } catch {
    return undefined;
  }
}
