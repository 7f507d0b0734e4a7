import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkDocs } from './check-docs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-'));
  write('src/engine/state/container.ts', '');
  write('docs/other.md', '# A heading, with `code`\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What is found in a README of one line. */
function check(line: string, path = 'README.md'): string[] {
  write(path, `# Title\n${line}\n`);
  return checkDocs(root);
}

test('links and paths that lead somewhere are fine', () => {
  const links = '[a](docs/other.md) [b](docs/other.md#a-heading-with-code) [c](https://example.com/none) [d](#title)';
  const paths = '`src/engine/state/` `engine/state/container.ts` `container.ts` `image/png` `a/b`';
  expect(check(`${links} ${paths}`)).toEqual([]);
});

test.each([
  ['[a](docs/none.md)', 'README.md:2: docs/none.md leads nowhere'],
  ['[a](docs/other.md#nowhere)', 'README.md:2: docs/other.md#nowhere leads nowhere'],
  ['`src/engine/none/`', 'README.md:2: src/engine/none/ is not there'],
  ['`engine/none.ts`', 'README.md:2: engine/none.ts is not there'],
  ['`none.ts`', 'README.md:2: none.ts is not there'],
])('%s', (line, finding) => {
  expect(check(line)).toEqual([finding]);
});

test('decisions may name what has moved since, and their links still lead somewhere', () => {
  const findings = check('`none.ts` [a](../none.md)', 'docs/decisions/0001-a.md');
  expect(findings).toEqual(['docs/decisions/0001-a.md:2: ../none.md leads nowhere']);
});
