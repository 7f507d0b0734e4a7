// Requests that must be refused, made from the endpoint table and the shapes of its bodies.

import type { Endpoint } from '../../../src/api/endpoint.ts';
import { endpoints, type OperationId } from '../../../src/api/endpoints.ts';
import { bodyShape } from '../../../src/server/decode/body-shapes.ts';
import type { Shape } from '../../../src/server/decode/shape.ts';
import type { Seeded } from '../seeded.ts';
import { request } from './raw-http.ts';

/** A request and what it is about. */
export interface Malformed {
  readonly about: string;
  readonly bytes: Buffer;
}

const operations = Object.values(endpoints).flatMap(tag => Object.entries(tag)) as [OperationId, Endpoint][];
const withBody = operations.filter(([, endpoint]) => endpoint.body.kind === 'json');

/** The path of an operation on `name`. */
const pathOn = (endpoint: Endpoint, name: string) => endpoint.path.replace(/\{[^}]+\}/g, name);

/** A value of the wrong type in a random field of every body, `each` times an operation. */
export function wrongTypes(random: Seeded, each: number, name: string): Malformed[] {
  return withBody.flatMap(([operation, endpoint]) =>
    Array.from({ length: each }, () => {
      const body = JSON.stringify(withWrongType(bodyShape(operation) ?? 'string', random));
      return { about: `${operation} ${body}`, bytes: request(endpoint.method, pathOn(endpoint, name), body) };
    }),
  );
}

/** Bodies that are no JSON, of any operation that reads one. */
export function brokenJson(random: Seeded, name: string): Malformed[] {
  const whole =
    '{"Image":"busybox","Cmd":["sh"],"HostConfig":{"Memory":1e7,"Binds":["a:/b"]},"Labels":{"é":"\\u00e9"}}';
  const cuts = Array.from({ length: 12 }, () => whole.slice(0, random.between(1, whole.length - 1)));
  const bodies: (string | Buffer)[] = [
    ...cuts,
    ...['{', '[', '"', 'nul', 'undefined', 'NaN', '{a:1}', "{'a':1}", '{"a":1,}', '{"a" 1}', '{"a":01}', '\u0000'],
    ...[
      `${whole}x`,
      `${whole}${whole}`,
      '\ufeff{}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      '[1]',
      '1',
      '"text"',
      'true',
      '<xml/>',
    ],
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  ];
  return bodies.map(body => {
    const [operation, endpoint] = random.pick(withBody.filter(([id]) => id.startsWith('Container')));
    const bytes = request(endpoint.method, pathOn(endpoint, name), body);
    return { about: `${operation} ${body.toString().slice(0, 60)}`, bytes };
  });
}

/** Query values that the parameter's codec refuses. */
export function brokenQueries(name: string): Malformed[] {
  const values = [
    'abc',
    '1e3',
    '0x10',
    '99999999999999999999',
    '-',
    '{',
    '[',
    '"x"',
    '[1]',
    '{"a":',
    '{"a":1}',
    '\u0000',
  ];
  return operations.flatMap(([operation, endpoint]) =>
    Object.entries(endpoint.query).flatMap(([key, codec]) =>
      values
        .filter(value => refuses(() => codec.decode([value], key)))
        .map(value => {
          const target = `${pathOn(endpoint, name)}?${key}=${encodeURIComponent(value)}`;
          const body = endpoint.body.kind === 'json' ? '{}' : undefined;
          return { about: `${operation} ${key}=${value}`, bytes: request(endpoint.method, target, body) };
        }),
    ),
  );
}

function refuses(decode: () => unknown): boolean {
  try {
    decode();
    return false;
  } catch {
    return true;
  }
}

/** A document of the shape in which one value has a wrong type. */
function withWrongType(shape: Shape, random: Seeded): unknown {
  if (typeof shape === 'string') return wrongScalar(shape, random);
  // Now and then the container itself is of the wrong type.
  if (random.next() < 0.1) return random.pick([true, 7, 'text']);
  if (Array.isArray(shape)) return [withWrongType(shape[0] as Shape, random)];
  const fields = Object.entries(shape as Record<string, Shape>).filter(([, field]) => !isAny(field));
  if (fields.length === 0) return random.pick([true, 7, 'text']);
  const [name, field] = random.pick(fields);
  return { [name === '*' ? 'key' : name]: withWrongType(field, random) };
}

/** Where anything goes nothing can be wrong. */
function isAny(shape: Shape): boolean {
  if (typeof shape === 'string') return shape === 'any';
  return Object.values(shape).every(part => isAny(part as Shape));
}

function wrongScalar(shape: string, random: Seeded): unknown {
  const values: Record<string, unknown[]> = {
    string: [1, true, [], {}, ['a']],
    strings: [1, true, {}, [1], [['a']]],
    int: ['1', true, [], {}, 1.5],
    number: ['1', true, [], {}],
    bool: ['true', 1, [], {}],
  };
  return random.pick(values[shape] ?? [[]]);
}
