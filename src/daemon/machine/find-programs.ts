// The programs the engine starts, looked up once: OCI runtimes, and the init that `--init` puts in front of a process.

import { isAbsolute } from 'node:path';
import { invalid } from '../../lib/errors.ts';
import { findProgram, isExecutable } from '../../lib/files/find-program.ts';

type Runtimes = Record<string, { path: string; args?: string[] }>;

const inits = ['tini-static', 'docker-init', 'catatonit'];

/**
 * The runtimes with absolute paths. One that is not installed is left out, so that asking for it names it; the default
 * one has to be there. Throws `invalid`.
 */
export function findRuntimes(runtimes: Runtimes, defaultRuntime: string, searchPath: string | undefined): Runtimes {
  const found: Runtimes = {};
  for (const [name, runtime] of Object.entries(runtimes)) {
    const path = locate(runtime.path, searchPath);
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
    const path = locate(name, searchPath);
    if (path !== undefined) return path;
  }
  return undefined;
}

function locate(program: string, searchPath: string | undefined): string | undefined {
  if (!isAbsolute(program)) return findProgram(program, searchPath);
  return isExecutable(program) ? program : undefined;
}
