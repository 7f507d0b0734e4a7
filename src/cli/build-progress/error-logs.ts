// What the steps that failed said last, once more at the end.
import type { BuildTrace, TracedVertex } from './build-trace.ts';

/** Nothing when none failed; what was cancelled did not. */
export function errorLogs(trace: BuildTrace, linesOf: (vertex: TracedVertex) => readonly string[]): string {
  const failed = trace.vertexes.filter(({ error, canceled }) => error !== '' && !canceled);
  return failed.map(vertex => ['------', ` > ${vertex.name}:`, ...linesOf(vertex), '------', ''].join('\n')).join('');
}
