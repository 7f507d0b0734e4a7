// The packages in a root file system, as its package manager has them on record.
import { existsSync, readFileSync } from 'node:fs';
import { resolveInRoot } from '../../context/copy/resolve-in-root.ts';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of package URLs: `deb`, `apk`. */
  readonly type: 'deb' | 'apk';
}

/** Debian's and Alpine's; none where there is neither. */
export function listPackages(root: string): InstalledPackage[] {
  const debian = read(root, '/var/lib/dpkg/status')
    .split('\n\n')
    .map(text => fields(text, /^([\w-]+): (.*)$/gm))
    .filter(entry => entry.Package !== undefined && (entry.Status ?? '').endsWith(' installed'))
    .map(({ Package: name = '', Version: version = '', Architecture: architecture = '' }) => ({
      name,
      version,
      architecture,
      type: 'deb' as const,
    }));
  const alpine = read(root, '/lib/apk/db/installed')
    .split('\n\n')
    .map(text => fields(text, /^([A-Za-z]):(.*)$/gm))
    .filter(({ P }) => P !== undefined)
    .map(({ P: name = '', V: version = '', A: architecture = '' }) => ({
      name,
      version,
      architecture,
      type: 'apk' as const,
    }));
  return [...debian, ...alpine];
}

function read(root: string, path: string): string {
  const place = resolveInRoot(root, path);
  const full = place && `${root}/${place.path}`;
  return full !== undefined && existsSync(full) && place?.stats.isFile() ? readFileSync(full, 'utf8') : '';
}

function fields(text: string, pattern: RegExp): Record<string, string | undefined> {
  return Object.fromEntries([...text.matchAll(pattern)].map(([, key = '', value = '']) => [key, value]));
}
