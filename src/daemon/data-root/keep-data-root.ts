// The exec root holds what runs, the data root who owns it: with another data root everything that runs would be found
// to have no owner, and ended.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conflict } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/files/if-there.ts';
import type { Runtime } from '../../runtime/index.ts';

/** Throws `conflict` while containers of another data root run; notes this one otherwise. */
export function keepDataRoot(
  { dataRoot, execRoot }: { dataRoot: string; execRoot: string },
  runtime: Pick<Runtime, 'list' | 'processes'>,
): void {
  const note = join(execRoot, 'data-root');
  const before = readIfThere(note);
  if (before === dataRoot) return;
  if (before !== undefined && runtime.list().some(id => runtime.processes(id).length > 0)) {
    throw conflict(
      `containers of ${before} are running: stop them with that data-root and userns-remap before they change (now ${dataRoot})`,
    );
  }
  writeFileSync(note, dataRoot);
}
