// A part of an export that is told of when it begins and when it is done.
import type { ExportReport } from './run-exports.ts';

/** Nothing is told of the end of work that throws. */
export async function told<T>(report: ExportReport, id: string, work: () => Promise<T>): Promise<T> {
  report({ id, current: 0, total: 0 });
  const result = await work();
  report({ id, current: 0, total: 0, done: true });
  return result;
}
