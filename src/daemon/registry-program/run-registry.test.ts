import { expect, test } from 'bun:test';
import { join } from 'node:path';

test('a registry has nothing of the engine in its memory, nor a parser before there is a file to parse', async () => {
  const entry = join(import.meta.dir, 'run-registry.ts');
  const { metafile } = await Bun.build({ entrypoints: [entry], target: 'bun', packages: 'external', metafile: true });
  const files = Object.entries(metafile?.inputs ?? {});
  const rooms = new Set(files.map(([path]) => /\bsrc\/(\w+)\//.exec(path)?.[1]));
  expect([...rooms].sort()).toEqual(['content', 'daemon', 'distribution', 'kernel', 'lib', 'oci', 'registry']);
  const packages = files.flatMap(([, { imports }]) => imports.filter(({ kind }) => kind === 'import-statement'));
  expect(packages.filter(({ path }) => path === 'yaml')).toEqual([]);
});
