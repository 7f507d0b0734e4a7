// What a volume may be called, in Docker's words.

import { randomBytes } from 'node:crypto';
import { invalid } from '../lib/errors.ts';

/** Throws `invalid` for a name the local driver cannot have. */
export function checkVolumeName(name: string): void {
  if (name.length < 2) {
    throw invalid('volume name is too short, names should be at least two alphanumeric characters');
  }
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return;
  throw invalid(
    `${JSON.stringify(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" ` +
      'are allowed. If you intended to pass a host directory, use absolute path',
  );
}

/** A name for a volume nobody named: 64 hex digits. */
export function randomVolumeName(): string {
  return randomBytes(32).toString('hex');
}
