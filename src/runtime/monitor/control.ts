// Messages to conmon through its control fifo.

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errorCode } from '../../lib/errors.ts';

/** Tells the size of the terminal. Ignored when the monitor is gone. */
export function resizeTerminal(control: string, columns: number, rows: number): void {
  send(control, `1 ${rows} ${columns}\n`);
}

/**
 * conmon goes on, between two writes of whole records, in a new empty file, which it makes beside the log's path and
 * renames to it: what is there then is lost, so it must have been renamed before. False when the monitor is gone.
 */
export function reopenLog(control: string): boolean {
  // The numbers mean nothing, but a message has three.
  return send(control, '2 0 0\n');
}

/** One write of less than a page is whole. False when nobody reads the fifo. */
function send(control: string, message: string): boolean {
  let fd: number;
  try {
    fd = openSync(control, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENXIO' || errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    writeSync(fd, message);
    return true;
  } finally {
    closeSync(fd);
  }
}
