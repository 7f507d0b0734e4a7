// After a restart of the daemon: execs run on under their monitors, and are known again.

import type { Container } from '../containers/state/container.ts';
import type { Engine } from '../engine.ts';
import { concludeExec, watchExec } from './exec.ts';
import type { ExecNote } from './exec-note.ts';

/** Of a running container. Those that ended while no daemon looked have their exit code, and their end is told now. */
export function adoptExecs(engine: Engine, container: Container): void {
  for (const { id, note, state } of engine.runtime.adoptExecs(container.id)) {
    const { config, probe } = note as ExecNote;
    if (probe) {
      if ('process' in state) void state.process.delete();
      continue;
    }
    const exec = engine.execs.adopt(id, container.id, config);
    container.execIds.add(id);
    if ('process' in state) void watchExec(engine, container, exec, state.process);
    else concludeExec(engine, container, exec, state.exitCode);
  }
}
