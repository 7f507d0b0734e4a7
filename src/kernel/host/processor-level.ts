// How much of its instruction set an x86-64 processor has, in the levels of the psABI, which images are made for.

/** By the names of /proc/cpuinfo; each level has those below it, too. */
const levels: readonly (readonly [level: string, flags: readonly string[]])[] = [
  ['v2', ['cx16', 'lahf_lm', 'popcnt', 'pni', 'ssse3', 'sse4_1', 'sse4_2']],
  ['v3', ['xsave', 'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe']],
  ['v4', ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']],
];

/** The highest level (`v2` … `v4`) that the first processor of /proc/cpuinfo has; undefined for none of them. */
export function processorLevel(cpuinfo: string): string | undefined {
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(' '));
  const missing = levels.findIndex(([, needed]) => needed.some(flag => !flags.has(flag)));
  return (missing === -1 ? levels.at(-1) : levels[missing - 1])?.[0];
}
