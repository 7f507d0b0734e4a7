import { expect, test } from 'bun:test';
import { familiarReference, formatReference, parseAnyReference, parseReference, withDefaultTag } from './reference.ts';

const hex = 'a'.repeat(64);

test.each([
  ['nginx', 'docker.io/library/nginx', 'nginx'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
  ['docker.io/nginx', 'docker.io/library/nginx', 'nginx'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx', 'nginx'],
  ['grafana/grafana', 'docker.io/grafana/grafana', 'grafana/grafana'],
  ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
  ['localhost/x', 'localhost/x', 'localhost/x'],
  ['localhost:5000/x:y', 'localhost:5000/x:y', 'localhost:5000/x:y'],
  ['ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1'],
  ['UPPER/x', 'UPPER/x', 'UPPER/x'],
  ['[2001:db8::1]:5000/repo', '[2001:db8::1]:5000/repo', '[2001:db8::1]:5000/repo'],
  ['a__b/c-d.e:T_a.g-1', 'docker.io/a__b/c-d.e:T_a.g-1', 'a__b/c-d.e:T_a.g-1'],
  [`nginx@sha256:${hex}`, `docker.io/library/nginx@sha256:${hex}`, `nginx@sha256:${hex}`],
  [`x:1@sha256:${hex}`, `docker.io/library/x:1@sha256:${hex}`, `x:1@sha256:${hex}`],
])('%s is %s, said as %s', (text, full, familiar) => {
  const reference = parseReference(text);
  expect(formatReference(reference)).toBe(full);
  expect(familiarReference(reference)).toBe(familiar);
  expect(parseReference(full)).toEqual(reference);
});

test.each([
  ['', 'invalid reference format'],
  ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
  ['-x', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['a/b:', 'invalid reference format'],
  ['a:b:c', 'invalid reference format'],
  ['a..b', 'invalid reference format'],
  ['x@sha256:abc', 'invalid reference format'],
  [`x@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
  [`x@sha256:${'a'.repeat(40)}`, 'invalid checksum digest length'],
  [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
  [`x/${'a'.repeat(260)}`, 'repository name must not be more than 255 characters'],
  [`x:${'t'.repeat(129)}`, 'invalid reference format'],
  ['a b', 'invalid reference format'],
  ['ä', 'invalid reference format'],
])('%s is refused: %s', (text, message) => {
  expect(() => parseReference(text)).toThrow(message);
});

test('a bare name means latest, a digest means itself', () => {
  expect(formatReference(withDefaultTag(parseReference('x')))).toBe('docker.io/library/x:latest');
  expect(withDefaultTag(parseReference(`x@sha256:${hex}`)).tag).toBeUndefined();
});

test('ids are told from names', () => {
  expect(parseAnyReference(hex)).toEqual({ digest: `sha256:${hex}` });
  expect(parseAnyReference(`sha256:${hex}`)).toEqual({ digest: `sha256:${hex}` });
  expect(parseAnyReference('abc')).toEqual({ reference: { domain: 'docker.io', path: 'library/abc' } });
});
