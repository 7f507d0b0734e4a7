// The registry's heap: as small as what it does, not as large as the machine allows.
import { execve } from '../../../kernel/index.ts';

// JavaScriptCore lets garbage grow with the memory of the machine, and knows no other place to be told than this.
const variable = 'BUN_JSC_forceRAMSize';
const heap = 400_000_000;

/**
 * Starts the program over, with the same pid and arguments, in a runtime that collects garbage as on a small machine:
 * many pushes at once take a quarter less of it (decision 27). Returns when that is done already, or the user has said otherwise.
 */
export function useSmallHeap(): void {
  if (process.env[variable] !== undefined) return;
  // Of the one executable the second is the script inside it.
  const args = process.argv.slice(import.meta.url.includes('/$bunfs/') ? 2 : 1);
  execve([process.execPath, ...args], { ...process.env, [variable]: String(heap) });
}
