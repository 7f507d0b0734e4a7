// `docker top`: the host's `ps`, restricted to the container's processes.

import type { ContainerTopResponse } from '../../../api/types/containers.ts';
import { conflict, invalid, systemError } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';

const defaultArguments = '-ef';

/** `psArguments` as for ps(1), one string. Throws `conflict` unless it runs, `system` with what `ps` complains of. */
export async function listProcesses(
  engine: Pick<Engine, 'containers' | 'runtime' | 'host' | 'events'>,
  reference: string,
  psArguments: string | undefined,
): Promise<ContainerTopResponse> {
  const text = psArguments || defaultArguments;
  refuseRenamedPid(text);
  const container = requireRunning(engine.containers.get(reference));
  const pids = engine.runtime.processes(container.id);
  const words = text.split(' ');
  // Some options of ps exclude -q: then all processes of the host are listed and sorted out here.
  const restricted = pids.length > 0 ? await engine.host.ps([...words, `-q${pids.join(',')}`]) : undefined;
  const { code, output, errors } = restricted?.code === 0 ? restricted : await engine.host.ps(words);
  if (code !== 0) throw systemError(`ps: ${errors.split('\n')[0] || `exit status ${code}`}`);
  const table = parsePs(output, new Set(pids));
  publishContainerEvent(engine, container, 'top');
  return table;
}

/** With `-o pid=x` the column that tells whose process it is would not be found. */
function refuseRenamedPid(text: string): void {
  const match = /\s+(\S*)=\s*(PID\S*)/.exec(text);
  if (match) throw invalid(`specifying "${match[1]}=${match[2]}" is not allowed`);
}

function requireRunning(container: Container): Container {
  if (!container.state.Running) throw conflict(`container ${container.id} is not running`);
  if (container.state.Restarting) {
    throw conflict(`Container ${container.id} is restarting, wait until the container is running`);
  }
  return container;
}

/**
 * The rows of those processes. Lines of threads (`-m`), which have `-` for a pid, go with the process before them.
 * Throws `system` without a PID column.
 */
export function parsePs(output: string, pids: ReadonlySet<number>): ContainerTopResponse {
  const [head = '', ...lines] = output.split('\n');
  const titles = fields(head);
  const column = titles.indexOf('PID');
  if (column < 0) throw systemError("Couldn't find PID field in ps output");
  const rows: string[][] = [];
  let chosen = false;
  for (const line of lines) {
    if (line === '') continue;
    const values = fields(line);
    const pid = values[column] ?? '';
    if (pid !== '-') {
      if (!/^\d+$/.test(pid)) throw systemError(`Unexpected pid '${pid}': not a number`);
      chosen = pids.has(Number(pid));
    }
    // The last column is the command line, which may hold blanks.
    if (chosen) rows.push([...values.slice(0, titles.length - 1), values.slice(titles.length - 1).join(' ')]);
  }
  return { Titles: titles, Processes: rows };
}

const fields = (line: string) => line.split(/[\t\n\f\r ]+/).filter(word => word !== '');
