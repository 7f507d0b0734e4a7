import { expect, test } from 'bun:test';
import { duplexPair } from 'node:stream';
import { acceptWebSocket } from './handshake.ts';
import { WebSocketStream } from './web-socket-stream.ts';

/** A client's frame, masked as it must be. */
function clientFrame(opcode: number, text: string, { final = true } = {}): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.from([1, 2, 3, 4]);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode, ...length]), mask, masked]);
}

function open() {
  const [server, client] = duplexPair();
  const received: Buffer[] = [];
  client.on('data', (data: Buffer) => received.push(data));
  const closed = new Promise<void>(resolve => client.on('end', () => resolve()));
  return { stream: new WebSocketStream(server), client, received: () => Buffer.concat(received), closed };
}

test('the handshake gives the answer of RFC 6455', () => {
  const headers = {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  expect(acceptWebSocket(headers)?.['Sec-WebSocket-Accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  expect(acceptWebSocket({ ...headers, 'sec-websocket-version': '8' })).toBeUndefined();
  expect(acceptWebSocket({ ...headers, 'sec-websocket-key': 'short' })).toBeUndefined();
  expect(acceptWebSocket({ upgrade: 'tcp' })).toBeUndefined();
});

test('messages are read, cut anywhere, and a ping is answered between their parts', async () => {
  const { stream, client, received } = open();
  const bytes = Buffer.concat([
    clientFrame(1, 'hel', { final: false }),
    clientFrame(9, 'are you there'),
    clientFrame(0, 'lo '),
    clientFrame(2, 'w'.repeat(300)),
    clientFrame(8, '\x03\xe8'),
  ]);
  for (const byte of bytes) client.write(Buffer.from([byte]));
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) text += chunk;
  expect(text).toBe(`hello ${'w'.repeat(300)}`);
  expect(received().subarray(0, 15)).toEqual(Buffer.concat([Buffer.from([0x8a, 13]), Buffer.from('are you there')]));
});

test('what is written goes out in binary messages of any size, and an end says goodbye', async () => {
  const { stream, received, closed } = open();
  for (const size of [5, 200, 70_000]) stream.write(Buffer.alloc(size, 'x'));
  stream.end();
  await closed;
  const bytes = received();
  expect([...bytes.subarray(0, 2)]).toEqual([0x82, 5]);
  expect([...bytes.subarray(7, 11)]).toEqual([0x82, 126, 0, 200]);
  expect([...bytes.subarray(211, 221)]).toEqual([0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
  expect([...bytes.subarray(-4)]).toEqual([0x88, 2, 3, 0xe8]);
});

test.each([
  ['without a mask', Buffer.from([0x82, 1, 0x41])],
  ['of an unknown kind', clientFrame(5, 'x')],
  ['with a huge length', Buffer.from([0x82, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4])],
  ['of control in parts', clientFrame(9, 'x', { final: false })],
])('a frame %s ends the connection', async (_name, frame) => {
  const { stream, client } = open();
  const failed = new Promise<Error>(resolve => stream.on('error', resolve));
  stream.resume();
  client.write(frame);
  expect((await failed).message).toStartWith('websocket: ');
});
