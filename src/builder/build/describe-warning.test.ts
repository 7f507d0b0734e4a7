import { expect, test } from 'bun:test';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { foreignSyntax } from './describe-warning.ts';

const warningOf = (head: string) => foreignSyntax(parseDockerfile(`${head}\nFROM scratch\n`, { name: 'Dockerfile' }));

test.each([
  '',
  '# syntax=docker/dockerfile',
  '# syntax=docker/dockerfile:1.7-labs',
  '# syntax=docker.io/docker/dockerfile:1@sha256:abc',
  '# syntax=mirror.example:5000/moby/dockerfile:1',
  '# syntax=docker/dockerfile-upstream:master',
])("the frontend of %p is Docker's", head => {
  expect(warningOf(head)).toBeUndefined();
});

test('a frontend of another language is warned of at its line', () => {
  expect(warningOf('# escape=`\n# syntax=example/packfile:2 x')).toMatchObject({
    short: 'ForeignSyntax: frontend example/packfile:2 is not run, the file is read as a Dockerfile (line 2)',
    lines: [{ start: 2, end: 2 }],
  });
  expect(warningOf('# syntax=example/dockerfile-x')?.rule).toBe('ForeignSyntax');
});
