// Bodies and queries that do not fit, in Docker's words.

import { expect, test } from 'bun:test';
import { filters, int, str, strs } from '../../api/codecs.ts';
import { BodyReader } from '../../lib/http/body-reader.ts';
import { describeJsonError } from '../../lib/text/go-json-error.ts';
import { decodeJsonBody } from './body.ts';
import { bodyShape } from './body-shapes.ts';
import { decodeQuery } from './query.ts';
import { checkShape, type Shape } from './shape.ts';

const checkCreate = (body: unknown) => checkShape(bodyShape('ContainerCreate') as Shape, body);

test.each([
  ['{bad', "invalid character 'b' looking for beginning of object key string"],
  ['{"a"x', "invalid character 'x' after object key"],
  ['{"a":1 "b"', `invalid character '"' after object key:value pair`],
  ['{"a":}', "invalid character '}' looking for beginning of value"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['{"a":', 'unexpected EOF'],
  ['"abc', 'unexpected EOF'],
  ['{} {}', 'unexpected content after JSON'],
])('%s: %s', (text, message) => {
  expect(describeJsonError(text)).toBe(message);
});

test.each([
  [{ Image: 5 }, 'number into Go struct field .Image of type string'],
  [{ HostConfig: { Memory: 'a' } }, 'string into Go struct field .HostConfig.Memory of type int64'],
  [{ HostConfig: { Memory: 1.5 } }, 'number 1.5 into Go struct field .HostConfig.Memory of type int64'],
  [
    { HostConfig: { Mounts: [{ Target: 5 }] } },
    'number into Go struct field .HostConfig.Mounts.0.Target of type string',
  ],
  [{ Labels: { a: 1 } }, 'number into Go struct field .Labels.a of type string'],
  [{ HostConfig: [] }, 'array into Go struct field .HostConfig of type object'],
  [{ Env: 'A=b' }, 'string into Go struct field .Env of type list'],
  [[], 'array into Go value of type object'],
])('%j is refused', (body, message) => {
  expect(() => checkCreate(body)).toThrow(`invalid JSON: json: cannot unmarshal ${message}`);
});

test('names are matched in any case, null and what is unknown are kept, one string is a command', () => {
  const body = {
    image: 'x',
    Cmd: 'sleep 1',
    Entrypoint: null,
    HOSTCONFIG: { memory: 5, PortBindings: { '80/tcp': [{ hostport: '1' }], '81/tcp': null } },
    Labels: { Image: 'y' },
    Extra: [1],
  };
  expect(checkCreate(body)).toEqual({
    Image: 'x',
    Cmd: ['sleep 1'],
    Entrypoint: null,
    HostConfig: { Memory: 5, PortBindings: { '80/tcp': [{ HostPort: '1' }], '81/tcp': null } },
    Labels: { Image: 'y' },
    Extra: [1],
  });
});

test('a name that objects inherit is only a name', () => {
  const body = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"Labels":{"__proto__":"x"}}');
  const result = checkCreate(body) as Record<string, unknown>;
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

test('queries: repeated, empty, unknown and badly escaped parameters', () => {
  const spec = { t: strs, limit: int, name: str, filters };
  expect(decodeQuery(spec, 't=a&t=b+c&limit=&name=&x=1')).toEqual({ t: ['a', 'b c'], name: '' });
  expect(decodeQuery(spec, 'filters=')).toEqual({});
  expect(() => decodeQuery(spec, 'name=%zz')).toThrow('invalid URL escape "%zz"');
  expect(() => decodeQuery(spec, 'filters=[1]')).toThrow('invalid filter');
});

test('a document nested deeper than anything means is refused before it is walked', async () => {
  const decode = (text: string) => {
    const body = new BodyReader({ pause() {}, resume() {}, wanted() {} });
    body.push(Buffer.from(text));
    body.end();
    const headers = { 'content-type': 'application/json', 'content-length': String(text.length) };
    return decodeJsonBody({ name: 'VolumeCreate', body: { kind: 'json', optional: false } }, headers, body);
  };
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  await expect(decode(nested(100_000))).rejects.toThrow('invalid JSON: exceeded max depth');
  await expect(decode('{"a":'.repeat(100_000))).rejects.toThrow('invalid JSON: exceeded max depth');
  expect(await decode(nested(900))).toHaveProperty('a');
  const quoted = JSON.stringify({ a: `\\"${'['.repeat(5000)}` });
  expect(JSON.stringify(await decode(quoted))).toBe(quoted);
});
