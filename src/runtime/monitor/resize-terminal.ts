// Telling conmon the size of a terminal.

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errorCode } from '../../lib/errors.ts';

/** Ignored when the monitor is gone. */
export function resizeTerminal(control: string, columns: number, rows: number): void {
  let fd: number;
  try {
    fd = openSync(control, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENXIO' || errorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    writeSync(fd, `1 ${rows} ${columns}\n`);
  } finally {
    closeSync(fd);
  }
}
