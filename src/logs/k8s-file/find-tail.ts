// Where the last lines of a log begin, found from its end.

import { expandLogFile, type LogFile, readLogFile } from './log-files.ts';

const newline = 10;
const full = 70;
const blockSize = 64 * 1024;
/** The F or P of a record, counted from its start. */
const tagOffset = 43;

/** A place in a list of files. */
export interface Position {
  file: number;
  offset: number;
}

/**
 * Where to begin in order to read the last `count` lines of `files` (oldest first, each up to its size when opened).
 * A last line whose newline has not come counts as one.
 */
export async function findTail(files: readonly LogFile[], count: number): Promise<Position> {
  const last = files.length - 1;
  if (count <= 0) return { file: Math.max(last, 0), offset: files[last]?.size ?? 0 };
  // The record that ends the line before the first one wanted is where to stop.
  let wanted = count;
  let atEnd = true;
  for (let index = last; index >= 0; index--) {
    for await (const record of recordsBackwards(files[index]!)) {
      if (atEnd && !record.full) wanted--;
      atEnd = false;
      if (record.full && wanted-- === 0) return { file: index, offset: record.end };
    }
  }
  return { file: 0, offset: 0 };
}

interface Record {
  full: boolean;
  /** Offset just after its newline. */
  end: number;
}

async function* recordsBackwards(file: LogFile): AsyncGenerator<Record> {
  await expandLogFile(file);
  let carried: Buffer = Buffer.alloc(0);
  for (let position = file.size; position > 0; ) {
    const length = Math.min(blockSize, position);
    position -= length;
    const buffer: Buffer = Buffer.concat([await readLogFile(file, position, length), carried]);
    let end = buffer.lastIndexOf(newline);
    while (end >= 0) {
      const before = end === 0 ? -1 : buffer.lastIndexOf(newline, end - 1);
      // Its start lies in a block not read yet.
      if (before < 0 && position > 0) break;
      yield { full: buffer[before + 1 + tagOffset] === full, end: position + end + 1 };
      end = before;
    }
    carried = buffer.subarray(0, end + 1);
  }
}
