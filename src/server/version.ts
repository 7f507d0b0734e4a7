// Which API version a request speaks, and Docker's refusals.

import { compareVersions, isAtLeast, maximumVersion, minimumVersion } from '../api/versions.ts';
import { BerthError } from '../lib/errors.ts';

const prefix = /^\/v(\d[\d.]*)(\/.*)$/;

/** Takes the `/vX.YY` off a path; `version` is undefined where there is none. */
export function splitVersion(path: string): { version: string | undefined; path: string } {
  const match = prefix.exec(path);
  return match ? { version: match[1], path: match[2] ?? '/' } : { version: undefined, path };
}

/** Throws `invalid` for a version outside the window. */
export function checkVersion(version: string): void {
  if (compareVersions(version, minimumVersion) < 0) {
    throw new BerthError(
      'invalid',
      `client version ${version} is too old. Minimum supported API version is ${minimumVersion}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, maximumVersion) > 0) {
    throw new BerthError(
      'invalid',
      `client version ${version} is too new. Maximum supported API version is ${maximumVersion}`,
    );
  }
}

/** Whether a client of that version reads errors as JSON; the ones before got plain text. */
export function readsJsonErrors(version: string | undefined): boolean {
  return version === undefined || isAtLeast(version, '1.24');
}
