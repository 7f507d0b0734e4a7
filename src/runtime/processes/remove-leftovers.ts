// Removing everything of a container, whatever state it is in: the way back from a failed create and from a crash.

import type { Kernel } from '../../kernel/index.ts';
import { type Bundle, readPid, readRecord, readText, removeBundle } from '../monitor/bundle.ts';
import type { OciRuntime } from '../oci-runtime/oci-runtime.ts';
import type { ProcessDeps } from './container-process.ts';
import { emptyCgroup } from './empty-cgroup.ts';

const sigkill = 9;

/** Kills the container and its monitors and removes runtime state, cgroup, bundle and exit file. Idempotent. */
export async function removeLeftovers(
  id: string,
  o: { bundle: Bundle; runtime: OciRuntime; deps: ProcessDeps },
): Promise<void> {
  const { kernel, exits, logger } = o.deps;
  // Before the container: a monitor still about to create it would come back with a new one.
  killMonitors(o.bundle, id, kernel);
  if (o.runtime.list().includes(id)) {
    await o.runtime.run('delete', '--force', id).catch(error => {
      logger.debug('the runtime could not delete a container', { container: id, error });
    });
  }
  const cgroupPath = recordedCgroup(o.bundle);
  if (cgroupPath) await emptyCgroup(cgroupPath, kernel);
  o.runtime.removeState(id);
  removeBundle(o.bundle);
  exits.forget(id);
}

/** The container's own and those of its execs; without a pid file yet, the one whose command line names the bundle. */
function killMonitors(bundle: Bundle, id: string, kernel: Kernel): void {
  const { processes } = kernel;
  const recorded = readPid(bundle.monitorPidFile);
  const candidates = recorded === undefined && readText(bundle.monitorErrors) !== undefined ? processes.list() : [];
  for (const pid of recorded === undefined ? candidates : [recorded]) {
    const line = processes.commandLine(pid);
    if (line.includes(id) && line.includes(bundle.directory)) processes.kill(pid, sigkill);
  }
}

function recordedCgroup(bundle: Bundle): string | undefined {
  return readRecord(bundle)?.cgroupPath;
}
