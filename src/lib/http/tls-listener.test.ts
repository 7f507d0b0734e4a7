// Who comes to an encrypted port without encryption.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { makeCertificates } from '../../../test/support/certificates.ts';
import { createTlsListener } from './tls-listener.ts';

let folder: string;
let server: Server;
let port: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-tls-listener-'));
  const { cert, key } = (await makeCertificates(folder)).server;
  const identity = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  server = createTlsListener(identity, connection => void connection.end('hello'));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await new Promise(done => server.close(done));
  rmSync(folder, { recursive: true });
});

/** Everything that comes until the other side ends. */
async function told(socket: Socket): Promise<string> {
  let text = '';
  try {
    for await (const chunk of socket) text += chunk;
  } catch {
    // A reset is an end, too.
  }
  return text;
}
const greet = () => told(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));

test('plain HTTP is told that it is at the wrong door, in the words of Go; others are not spoken to', async () => {
  const say = (text: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    return told(socket);
  };
  const answer = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';
  expect(await say('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n')).toBe(answer);
  const all = await Promise.all(['POST', 'HEAD', 'PUT'].map(method => say(`${method} /x HTTP/1.1\r\n\r\n`)));
  expect(all).toEqual([answer, answer, answer]);
  expect(await say('\0\0\0\0 nothing known \r\n\r\n')).not.toContain('HTTP');
  expect(await greet()).toBe('hello');
});
