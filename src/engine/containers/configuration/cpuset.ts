// Lists of processors and memory nodes, as `--cpuset-cpus` takes them.

import { invalid } from '../../../lib/errors.ts';

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

/** Throws `invalid` for a list that cannot be read, or that names a processor the machine does not have. */
export function validateCpuset(host: { CpusetCpus?: string; CpusetMems?: string }, cpus: number): void {
  const { CpusetCpus: wanted = '', CpusetMems: nodes = '' } = host;
  if (nodes !== '' && !parseCpuset(nodes)) {
    throw invalid(`Invalid value ${nodes} for cpuset mems: invalid format: ${nodes}`);
  }
  if (wanted === '') return;
  const numbers = parseCpuset(wanted);
  if (!numbers) throw invalid(`Invalid value ${wanted} for cpuset cpus: invalid format: ${wanted}`);
  if ([...numbers].every(number => number < cpus)) return;
  const available = cpus === 1 ? '0' : `0-${cpus - 1}`;
  throw invalid(`Requested CPUs are not available - requested ${wanted}, available: ${available}`);
}
