// The options that limit a log: `max-size`, `max-file`, `compress`.

import { errorMessage, invalid } from '../../lib/errors.ts';
import { parseHumanSize } from '../../lib/text/units.ts';

/** How much of a log is kept. */
export interface LogLimits {
  /** A file that has come to so many bytes is rotated away. */
  maxBytes: number;
  /** The file being written included; 1 means that what is rotated away is gone. */
  maxFiles: number;
  compress: boolean;
}

/**
 * Undefined for a log without `max-size`: it grows without end. Throws `invalid`, in the words with which Docker finds
 * these options wrong: only when the container is started.
 */
export function parseLogLimits(options: Record<string, string>): LogLimits | undefined {
  const maxBytes = parseSize(options['max-size']);
  const files = options['max-file'] ?? '1';
  if (!/^[+-]?\d+$/.test(files)) throw failure(`strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`);
  const maxFiles = Number(files);
  if (maxFiles < 1) throw failure('max-file cannot be less than 1');
  const compress = parseFlag(options.compress);
  if (compress && (maxFiles < 2 || options['max-size'] === undefined)) {
    throw failure('compress cannot be true when max-file is less than 2 or max-size is not set');
  }
  return maxBytes === undefined ? undefined : { maxBytes, maxFiles, compress };
}

function parseSize(text: string | undefined): number | undefined {
  if (text === undefined || text === '-1') return undefined;
  let bytes: number;
  try {
    bytes = parseHumanSize(text);
  } catch (error) {
    throw failure(errorMessage(error));
  }
  if (bytes <= 0) throw failure('max-size must be a positive number');
  return bytes;
}

function parseFlag(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!/^(1|t|true|0|f|false)$/i.test(text)) {
    throw failure(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return /^(1|t|true)$/i.test(text);
}

function failure(reason: string): Error {
  return invalid(`failed to create task for container: failed to initialize logging driver: ${reason}`);
}
