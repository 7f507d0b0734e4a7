// Taking over the execs of a container that an earlier daemon started.

import { join } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';
import { namesIfThere } from '../../lib/files/if-there.ts';
import { AdoptedMonitor, readExecExit } from '../monitor/adopted-monitor.ts';
import { type Bundle, bundleAt, readExecRecord, readPid, removeBundle } from '../monitor/bundle.ts';
import type { LostMonitors } from '../monitor/lost-monitors.ts';
import { monitorLives } from '../monitor/monitor-lives.ts';
import type { Process } from '../process.ts';
import { ExecProcess } from './exec-process.ts';
import { identify } from './process-identity.ts';

/** An exec as it was found: running, or over with a code. `note` is what was given to `Runtime.exec`. */
export interface AdoptedExec {
  id: string;
  note: unknown;
  state: { process: Process } | { exitCode: number };
}

/** Those that never came to run, or whose end nobody saw, are not worth keeping: their files go. */
export function adoptExecs(
  containerId: string,
  container: Bundle,
  { kernel, monitors }: { kernel: Kernel; monitors: LostMonitors },
): AdoptedExec[] {
  return namesIfThere(container.execs).flatMap((id): AdoptedExec[] => {
    const bundle = bundleAt(join(container.execs, id));
    const record = readExecRecord(bundle);
    const exitCode = readExecExit(join(bundle.directory, containerId));
    if (record && exitCode !== undefined) {
      removeBundle(bundle);
      return [{ id, note: record.note, state: { exitCode } }];
    }
    const pid = readPid(bundle.pidFile);
    const identity = pid === undefined ? undefined : identify(pid, kernel);
    if (!record || !identity || !monitorLives(bundle, containerId, kernel)) {
      removeBundle(bundle);
      return [];
    }
    const { note, ...facts } = record;
    const monitor = new AdoptedMonitor(bundle, containerId, monitors);
    const process = new ExecProcess({ ...facts, id, containerId, bundle }, monitor, kernel, identity);
    return [{ id, note, state: { process } }];
  });
}
