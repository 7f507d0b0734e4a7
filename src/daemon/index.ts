// The programs that serve. `berth daemon`, the engine: reads its configuration, builds every room, takes over the
// containers that run, serves the API until it is told to stop, and closes everything in reverse. `berth registry serve`
// and what belongs to it: the registry beside its folder. Adapters between rooms that may not know each other live here.
// What engine and registry can do is the business of the rooms.

import type { BuildInfo } from '../lib/build-info.ts';

/** `berth daemon`: see run-daemon.ts. */
export async function runDaemon(argv: readonly string[], program: string, build: BuildInfo): Promise<number> {
  return (await import('./run-daemon.ts')).runDaemon(argv, program, build);
}

/** `berth registry serve`: see registry-program/run-registry.ts. A registry has no use for the engine's code in its memory. */
export async function runRegistry(argv: readonly string[], program: string): Promise<number> {
  return (await import('./registry-program/run-registry.ts')).runRegistry(argv, program);
}
