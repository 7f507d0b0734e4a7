import { expect, test } from 'bun:test';
import { solveRequest, statusResponse } from './control.ts';
import { packet } from './files/packet.ts';
import { decode, encode, type MessageOf, message, repeated, string } from './message.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('a message is written as protobuf has it', () => {
  expect(hex(encode(packet, { type: 2, id: 5, data: Buffer.from('ab') }))).toBe('0802180522026162');
  // Timestamps: 1.5 s before 1970 is second -2 and half a second on.
  const bytes = encode(statusResponse, { logs: [{ vertex: 'v', timestamp: new Date(-1500), msg: Buffer.from('x') }] });
  expect(decode(statusResponse, bytes).logs[0]).toMatchObject({ vertex: 'v', timestamp: new Date(-1500), stream: 0 });
});

test('what is absent has its zero value, what is unknown is skipped', () => {
  const empty = decode(solveRequest, new Uint8Array());
  expect(empty).toMatchObject({ ref: '', frontendAttrs: {}, entitlements: [], cache: undefined, internal: false });
  const unknown = Buffer.from('ba3e03616263' + '0a0172', 'hex');
  expect(decode(solveRequest, unknown).ref).toBe('r');
});

test('maps, lists and nested messages come back as they went', () => {
  const request: Partial<MessageOf<typeof solveRequest>> = {
    ref: 'r',
    frontendAttrs: { target: 'x', empty: '', __proto__x: 'y' },
    entitlements: ['a', '', 'b'],
    cache: { imports: [{ type: 'local', attrs: { src: '/x' } }] },
    exporters: [{ type: 'image', attrs: { name: 'n' } }, {}],
  };
  const back = decode(solveRequest, encode(solveRequest, request));
  expect(back.frontendAttrs).toEqual({ target: 'x', empty: '', __proto__x: 'y' });
  expect(back.entitlements).toEqual(['a', '', 'b']);
  expect(back.cache?.imports).toEqual([{ type: 'local', attrs: { src: '/x' } }]);
  expect(back.exporters).toEqual([
    { type: 'image', attrs: { name: 'n' } },
    { type: '', attrs: {} },
  ]);
});

test('numbers beyond 2^53 are exact where nanoseconds are kept', () => {
  const modTime = 1_763_736_000_123_456_789n;
  expect(decode(packet, encode(packet, { stat: { path: 'p', modTime } })).stat?.modTime).toBe(modTime);
});

test('bytes that are no message are refused', () => {
  expect(() => decode(message({ names: repeated(string(1)) }), Buffer.from('0aff', 'hex'))).toThrow(RangeError);
});
