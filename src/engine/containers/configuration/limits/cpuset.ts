// Lists of processors and memory nodes, as `--cpuset-cpus` takes them.

import { invalid } from '../../../../lib/errors.ts';

/** The numbers of `0-2,5`; undefined for what is no such list. */
export function parseCpuset(text: string): Set<number> | undefined {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!match || last < first || last > 8192) return undefined;
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return numbers;
}

/** Throws `invalid` for a list that cannot be read, or that names a processor or node the machine does not have. */
export function validateCpuset(
  host: { CpusetCpus?: string; CpusetMems?: string },
  machine: { cpus: number; memoryNodes: string },
): void {
  const { CpusetCpus: cpus = '', CpusetMems: nodes = '' } = host;
  const available = machine.cpus === 1 ? '0' : `0-${machine.cpus - 1}`;
  requireAvailable(nodes, machine.memoryNodes, { short: 'mems', long: 'memory nodes' });
  requireAvailable(cpus, available, { short: 'cpus', long: 'CPUs' });
}

function requireAvailable(wanted: string, available: string, name: { short: string; long: string }): void {
  if (wanted === '') return;
  const numbers = parseCpuset(wanted);
  if (!numbers) throw invalid(`Invalid value ${wanted} for cpuset ${name.short}: invalid format: ${wanted}`);
  const there = parseCpuset(available);
  if (there && [...numbers].every(number => there.has(number))) return;
  throw invalid(`Requested ${name.long} are not available - requested ${wanted}, available: ${available}`);
}
