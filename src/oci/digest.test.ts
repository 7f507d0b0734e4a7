import { expect, test } from 'bun:test';
import { chainIds, isDigest, parseDigest, sha256, shortId } from './digest.ts';

test('digests are recognised by algorithm, length and alphabet', () => {
  expect(isDigest(sha256('x'))).toBe(true);
  expect(isDigest(`sha512:${'0'.repeat(128)}`)).toBe(true);
  for (const bad of ['', 'sha256', 'sha256:', 'sha256:zz', `sha256:${'A'.repeat(64)}`, `md5:${'a'.repeat(32)}`]) {
    expect(isDigest(bad)).toBe(false);
    expect(() => parseDigest(bad)).toThrow();
  }
});

test('chain ids follow the OCI specification', () => {
  const [a, b, c] = [sha256('a'), sha256('b'), sha256('c')] as const;
  const ab = sha256(`${a} ${b}`);
  expect(chainIds([])).toEqual([]);
  expect(chainIds([a, b, c])).toEqual([a, ab, sha256(`${ab} ${c}`)]);
});

test('short ids have twelve digits, with or without algorithm', () => {
  expect(shortId(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
  expect(shortId('ab'.repeat(32))).toBe('abababababab');
});
