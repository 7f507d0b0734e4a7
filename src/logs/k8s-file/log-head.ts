// The beginning of a line whose end is in the oldest file kept: `<path>.head`.
//
// conmon writes what it reads, so a line may begin in one file and end in the next. When the first goes, its last
// records stay behind, so that the oldest line of a log is whole as well.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ifThere } from '../../lib/files/if-there.ts';
import { expandLogFile, headPath, type LogFile, readLogFile, sizeOf } from './log-files.ts';

const newline = 10;
const partial = 80;
/** Of a record, counted from its start: where its stream is told, and whether it is whole. */
const streamOffset = 36;
const tagOffset = 43;
/** What a reader hands out as a line even though it has not ended. */
const maxLine = 16 * 1024;
/** Holds such a line of each stream. */
const blockSize = 4 * maxLine;

/** The records of lines that have not ended by the end of `file`, which nobody writes to any more. */
export async function readUnended(path: string, file: LogFile): Promise<Buffer> {
  await expandLogFile(file);
  const size = sizeOf(file);
  const start = Math.max(0, size - blockSize);
  const block = await readLogFile(file, start, size - start);
  // A file read from its beginning may go on with a line begun before it.
  const records = start === 0 ? Buffer.concat([readHead(path), block]) : block.subarray(block.indexOf(newline) + 1);
  return unendedRecords(records);
}

/** Replaces what was there. Synchronous, so that it is one step with the removal of the file it came from. */
export function writeHead(path: string, records: Buffer): void {
  const head = headPath(path);
  if (records.length === 0) {
    rmSync(head, { force: true });
    return;
  }
  writeFileSync(`${head}.tmp`, records, { mode: 0o600 });
  renameSync(`${head}.tmp`, head);
}

function readHead(path: string): Buffer {
  return ifThere(() => readFileSync(headPath(path))) ?? Buffer.alloc(0);
}

function unendedRecords(records: Buffer): Buffer {
  const open = new Map<number | undefined, Buffer[]>();
  let start = 0;
  for (let end = records.indexOf(newline); end >= 0; end = records.indexOf(newline, start)) {
    const record = records.subarray(start, end + 1);
    const stream = record[streamOffset + 3];
    const parts = open.get(stream) ?? [];
    const length = parts.reduce((sum, part) => sum + part.length, record.length);
    open.set(stream, record[tagOffset] === partial && length < maxLine ? [...parts, record] : []);
    start = end + 1;
  }
  return Buffer.concat([...open.values()].flat());
}
