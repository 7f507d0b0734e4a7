// Taking over, after the daemon was restarted or killed, what the one before had started.

import { type Bundle, readRecord } from '../monitor/bundle.ts';
import { monitorLives } from '../monitor/monitor-lives.ts';
import type { OciRuntime } from '../oci-runtime/oci-runtime.ts';
import type { EndedProcess, Process } from '../process.ts';
import { ContainerProcess, exitStatus, type ProcessDeps } from './container-process.ts';

/** See `Runtime.adopt`. */
export async function adoptProcess(
  id: string,
  o: {
    bundle: Bundle;
    runtime: (name: string) => OciRuntime;
    remove: (runtime: OciRuntime) => Promise<void>;
    deps: ProcessDeps;
  },
): Promise<Process | EndedProcess | undefined> {
  const record = readRecord(o.bundle);
  if (!record) return undefined;
  const { kernel, exits } = o.deps;
  const runtime = o.runtime(record.runtime);
  const exit = exits.read(id);
  if (!record.started || (!exit && runtime.isWaiting(id))) {
    await o.remove(runtime);
    return undefined;
  }
  const remove = () => o.remove(runtime);
  if (exit) return { exited: exitStatus(exit, o.bundle, record, kernel), delete: remove };
  const process = new ContainerProcess({ identity: record.started, bundle: o.bundle, record, runtime }, o.deps);
  // Between the process's end and the exit file the monitor alone is there.
  if (monitorLives(o.bundle, id, kernel)) {
    // The daemon before may have been killed between the start and this.
    await process.endEmptyStdin();
    return process;
  }
  await process.loseMonitor();
  return { exited: await process.exited, delete: remove };
}
