// How an export tells what it is doing: as a step of the build's progress, and part by part within it.

/** Tells how far a part of an export is, in bytes where those are known. */
export type ExportReport = (status: { id: string; current: number; total: number; done?: boolean }) => void;

/** Names one step of an export for the progress; the work is done inside. */
export type ExportStep = <T>(name: string, work: (report: ExportReport) => Promise<T>) => Promise<T>;

/** Tells of a part when it begins and when it is done; nothing is told of the end of work that throws. */
export async function told<T>(report: ExportReport, id: string, work: () => Promise<T>): Promise<T> {
  report({ id, current: 0, total: 0 });
  const result = await work();
  report({ id, current: 0, total: 0, done: true });
  return result;
}
