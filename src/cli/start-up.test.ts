// What a command line has to load before it does anything.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const transpiler = new Bun.Transpiler({ loader: 'ts' });

/** The modules of the runtime that `entry` imports when it is loaded, whatever file does it. */
function runtimeModules(entry: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(entry)) return found;
  seen.add(entry);
  for (const { kind, path } of transpiler.scanImports(readFileSync(entry, 'utf8'))) {
    if (kind !== 'import-statement') continue;
    if (!path.startsWith('.')) found.add(path);
    else for (const one of runtimeModules(resolve(dirname(entry), path), seen)) found.add(one);
  }
  return found;
}

test('the command line and a push begin without what is slow to load', () => {
  expect(runtimeModules(resolve(import.meta.dir, 'index.ts'))).toContain('node:fs');
  const slow = ['node:child_process', 'node:crypto', 'node:http', 'node:net', 'node:stream', 'node:tls', 'node:tty'];
  for (const entry of ['index.ts', 'commands/image/push.ts', 'commands/image/pull.ts', 'commands/container/ls.ts']) {
    const loaded = runtimeModules(resolve(import.meta.dir, entry));
    expect([entry, ...slow.filter(name => loaded.has(name))]).toEqual([entry]);
  }
});
