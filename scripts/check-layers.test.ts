import { afterEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkLayers } from './check-layers.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** Findings of a tree given as path → text, as `path:line message`. */
function check(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkLayers(root).map(finding => `${finding.path}:${finding.line} ${finding.message}`);
}

/** The tree holds exactly one finding, and it matches. */
function expectOne(files: Record<string, string>, at: string, message: RegExp): void {
  const found = check(files);
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith(`${at} `);
  expect(found[0]).toMatch(message);
}

test('a tree that keeps the table is clean', () => {
  expect(
    check({
      'main.ts': "import { runDaemon } from './daemon/index.ts';\nprocess.exit(await runDaemon(process.argv));\n",
      'daemon/index.ts': '// The engine process.\nexport { runDaemon } from "./run.ts";\n',
      'daemon/run.ts': "import { createKernel } from '../kernel/index.ts';\nexport const home = process.env.HOME;\n",
      'images/index.ts': "/** Images. */\nexport { Images } from './images.ts';\n",
      'images/images.ts': "import type { Digest } from '../oci/digest.ts';\nimport { defer } from '../lib/defer.ts';\n",
      'runtime/spec.ts': "export const masked = ['/proc/kcore', '/sys/firmware'];\n",
    }),
  ).toEqual([]);
});

test('imports only go down', () => {
  expectOne(
    { 'kernel/mounts.ts': "import { Images } from '../images/index.ts';\n" },
    'kernel/mounts.ts:1',
    /kernel\/ may not import images\/.*may import: lib/,
  );
});

test('resources and services do not know one another', () => {
  expectOne({ 'images/a.ts': "import { x } from '../volumes/index.ts';\n" }, 'images/a.ts:1', /may not import volumes/);
  expectOne({ 'engine/a.ts': "import { x } from '../builder/index.ts';\n" }, 'engine/a.ts:1', /may not import builder/);
});

test('import type, dynamic imports and import types count', () => {
  const at = 'logs/a.ts:2';
  expectOne({ 'logs/a.ts': "\nimport type { X } from '../kernel/index.ts';\n" }, at, /may not import kernel/);
  expectOne({ 'logs/a.ts': "\nconst k = await import('../kernel/index.ts');\n" }, at, /may not import kernel/);
  expectOne({ 'logs/a.ts': "\ntype K = import('../kernel/index.ts').Kernel;\n" }, at, /kernel/);
  expectOne({ 'logs/a.ts': "\nimport '../kernel/index.ts';\n" }, at, /may not import kernel/);
  expectOne({ 'logs/a.ts': "\nimport {\n  a,\n  b,\n} from '../kernel/index.ts';\n" }, at, /may not import kernel/);
});

test('files do not import one another in a circle, types included', () => {
  const circle = {
    'lib/a.ts': "import { b } from './b.ts';\n",
    'lib/b.ts': "import { d } from './d.ts';\nimport type { C } from './deep/c.ts';\n",
    'lib/deep/c.ts': "import { a } from '../a.ts';\n",
    'lib/d.ts': "import { e } from './e.ts';\n",
    'lib/e.ts': '// Leads nowhere.\n',
    'lib/before.ts': "import { a } from './a.ts';\n",
  };
  expectOne(circle, 'lib/a.ts:1', /circle, lib\/a\.ts → lib\/b\.ts → lib\/deep\/c\.ts → lib\/a\.ts/);
  expectOne({ 'lib/a.ts': "\nexport type A = import('./a.ts').B;\n" }, 'lib/a.ts:2', /lib\/a\.ts → lib\/a\.ts/);
});

test('circles that share nothing are told one by one', () => {
  const pair = (a: string, b: string) => ({
    [`lib/${a}.ts`]: `import { x } from './${b}.ts';\n`,
    [`lib/${b}.ts`]: `import { x } from './${a}.ts';\n`,
  });
  const found = check({ ...pair('a', 'b'), ...pair('c', 'd') });
  expect(found.map(line => line.split(' ')[0])).toEqual(['lib/a.ts:1', 'lib/c.ts:1']);
});

test('another room is entered by its door, with names', () => {
  expectOne(
    { 'engine/a.ts': "import { x } from '../images/images.ts';\n" },
    'engine/a.ts:1',
    /past the door.*images\/index\.ts/,
  );
  expectOne({ 'engine/a.ts': "import * as i from '../images/index.ts';\n" }, 'engine/a.ts:1', /explicit names/);
  expectOne({ 'engine/index.ts': "// e\nexport * from './a.ts';\n" }, 'engine/index.ts:2', /name what is exported/);
});

test('a room does not use its own door, and a door says what it is for', () => {
  expectOne({ 'engine/b/a.ts': "import { x } from '../index.ts';\n" }, 'engine/b/a.ts:1', /own door/);
  expectOne({ 'engine/index.ts': "export { x } from './a.ts';\n" }, 'engine/index.ts:1', /opens with a paragraph/);
});

test('the two wings do not meet', () => {
  expectOne(
    { 'daemon/a.ts': "import { Client } from '../client/index.ts';\n" },
    'daemon/a.ts:1',
    /may not import client/,
  );
  expectOne({ 'cli/a.ts': "import { x } from '../engine/index.ts';\n" }, 'cli/a.ts:1', /may not import engine/);
});

test('only the kernel room touches the kernel', () => {
  expectOne({ 'runtime/a.ts': "import { dlopen } from 'bun:ffi';\n" }, 'runtime/a.ts:1', /bun:ffi belongs to kernel/);
  expectOne({ 'runtime/a.ts': "\nreadFileSync('/proc/mounts');\n" }, 'runtime/a.ts:2', /only kernel\/ touches/);
  expectOne({ 'runtime/a.ts': `\nconst path = \`/proc/\${pid}/stat\`;\n` }, 'runtime/a.ts:2', /only kernel\/ touches/);
  expect(check({ 'runtime/a.ts': `\nconst path = \`/proc/\${pid}/ns/net\`;\n` })).toEqual([]);
  expect(check({ 'kernel/a.ts': "import { dlopen } from 'bun:ffi';\nreadFileSync('/proc/mounts');\n" })).toEqual([]);
});

test('only programs read the environment, arguments, or exit', () => {
  expectOne({ 'engine/a.ts': 'export const home = process.env.HOME;\n' }, 'engine/a.ts:1', /take it as a parameter/);
  expectOne({ 'client/a.ts': '\n\nprocess.exit(1);\n' }, 'client/a.ts:3', /only daemon\/ and cli\//);
  for (const path of ['engine/a.test.ts', 'engine/testing/a.ts']) {
    expect(check({ [path]: 'const home = process.env.HOME;\n' })).toEqual([]);
  }
});

test('comments break no rule', () => {
  expect(check({ 'logs/a.ts': "// import { x } from '../kernel/index.ts';\n/* process.exit(1)\n*/\n" })).toEqual([]);
});

test('state, size, unknown rooms and missing extensions are found', () => {
  expectOne({ 'logs/a.ts': 'let count = 0;\n' }, 'logs/a.ts:1', /module-level mutable state/);
  expectOne({ 'logs/a.ts': '\n'.repeat(501) }, 'logs/a.ts:501', /501 lines/);
  expect(check({ 'logs/a.ts': '\n'.repeat(500) })).toEqual([]);
  expectOne({ 'utils/a.ts': '' }, 'utils/a.ts:1', /not a room/);
  expectOne({ 'logs/a.ts': "import { x } from './b';\n" }, 'logs/a.ts:1', /extension/);
  expectOne({ 'logs/a.ts': "import { x } from '../../scripts/x.ts';\n" }, 'logs/a.ts:1', /outside src/);
});
