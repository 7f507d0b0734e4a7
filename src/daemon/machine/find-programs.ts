// The programs the engine starts, looked up once: OCI runtimes, and the init that `--init` puts in front of a process.

import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { invalid } from '../../lib/errors.ts';

type Runtimes = Record<string, { path: string; args?: string[] }>;

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const inits = ['tini-static', 'docker-init', 'catatonit'];

/**
 * The runtimes with absolute paths. One that is not installed is left out, so that asking for it names it; the default
 * one has to be there. Throws `invalid`.
 */
export function findRuntimes(runtimes: Runtimes, defaultRuntime: string, searchPath: string | undefined): Runtimes {
  const found: Runtimes = {};
  for (const [name, runtime] of Object.entries(runtimes)) {
    const path = findProgram(runtime.path, searchPath);
    if (path !== undefined) found[name] = { ...runtime, path };
  }
  if (!found[defaultRuntime]) {
    const wanted = runtimes[defaultRuntime]?.path ?? defaultRuntime;
    throw invalid(`default-runtime: ${wanted} is not installed: install it or choose another with --default-runtime`);
  }
  return found;
}

/** The configured init as it is; otherwise a static one under any of its names, or undefined. */
export function findInit(configured: string | undefined, searchPath: string | undefined): string | undefined {
  if (configured !== undefined) return configured;
  for (const name of inits) {
    const path = findProgram(name, searchPath);
    if (path !== undefined) return path;
  }
  return undefined;
}

function findProgram(name: string, searchPath = usualPath): string | undefined {
  const candidates = isAbsolute(name) ? [name] : searchPath.split(':').map(folder => join(folder, name));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
