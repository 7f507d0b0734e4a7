// The registry's memory: as little as what it does takes, not as much as the machine allows.
import { execve } from '../../../kernel/index.ts';

/** What the JavaScript engine can be told only by the environment of its start (decisions 27 and 40). */
const settings = {
  // Garbage would grow with the memory of the machine.
  BUN_JSC_forceRAMSize: '400000000',
  // The compilers for hot code take 5 MB, for work that is done in the kernel and by digests.
  BUN_JSC_useDFGJIT: '0',
};

/**
 * Starts the program over, with the same pid and arguments, in a runtime that has these settings. Returns when that is
 * done already, or the user has said how much memory there is.
 */
export function useSmallHeap(): void {
  if (process.env.BUN_JSC_forceRAMSize !== undefined) return;
  // Of the one executable the second is the script inside it.
  const args = process.argv.slice(import.meta.url.includes('/$bunfs/') ? 2 : 1);
  execve([process.execPath, ...args], { ...settings, ...process.env });
}
