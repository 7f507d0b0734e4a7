// Answers that come before the body is read reach clients that send all of it before they listen.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';

/** More than the kernel takes for anybody who does not read. */
const size = 16 << 20;
let folder: string;
const registries: Record<string, InProcessRegistry> = {};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-unread-'));
  const htpasswd = join(folder, 'users');
  writeFileSync(htpasswd, '');
  registries.open = await InProcessRegistry.start();
  registries.frozen = await InProcessRegistry.start({ readOnly: true });
  const access = { htpasswd, realm: 'r', secure: false, groups: {}, rules: [] };
  registries.guarded = await InProcessRegistry.start({ access });
});
afterAll(async () => {
  for (const registry of Object.values(registries)) await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function* bodyOf(framing: 'known' | 'chunked'): Generator<string> {
  const piece = 'x'.repeat(1 << 20);
  for (let sent = 0; sent < size; sent += piece.length) {
    yield framing === 'known' ? piece : `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  if (framing === 'chunked') yield '0\r\n\r\n';
}

/** Reads nothing before everything is sent; rejects when the connection breaks. */
async function sendThenRead(host: string, request: string, framing: 'known' | 'chunked'): Promise<string> {
  const [hostname = '', port] = host.split(':');
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  socket.once('error', broken.reject);
  socket.pause();
  const write = (text: string) =>
    Promise.race([broken.promise, new Promise<unknown>(done => socket.write(text, done))]);
  try {
    const length = framing === 'known' ? `Content-Length: ${size}` : 'Transfer-Encoding: chunked';
    await write(`${request} HTTP/1.1\r\nHost: ${host}\r\n${length}\r\n\r\n`);
    for (const piece of bodyOf(framing)) await write(piece);
    let answer = '';
    socket.on('data', data => (answer += data.toString('latin1')));
    socket.resume();
    await Promise.race([broken.promise, new Promise<void>(ended => socket.once('end', ended))]);
    return answer;
  } finally {
    socket.destroy();
  }
}

const digest = sha256('nobody has it');
const cases: readonly [registry: string, request: string, status: number][] = [
  ['guarded', 'GET /v2/', 401],
  ['guarded', 'POST /v2/a/blobs/uploads/', 401],
  ['guarded', 'PUT /v2/a/manifests/x', 401],
  ['open', 'PUT /nowhere', 404],
  ['open', 'PATCH /v2/a/blobs/uploads/none', 404],
  ['open', `PUT /v2/a/blobs/uploads/none?digest=${digest}`, 404],
  ['open', 'GET /v2/a/tags/list', 404],
  ['open', `GET /v2/a/blobs/${digest}`, 404],
  ['open', `DELETE /v2/a/blobs/${digest}`, 404],
  ['open', 'PUT /v2/', 405],
  ['open', 'POST /v2/a/tags/list', 405],
  ['open', 'PUT /v2/A/manifests/x', 400],
  ['open', 'POST /v2/a/blobs/uploads/?digest=none', 400],
  ['open', 'PUT /v2/a/manifests/x', 413],
  ['open', `POST /v2/a/blobs/uploads/?mount=${digest}&from=b`, 202],
  ['frozen', 'PUT /v2/a/manifests/x', 405],
  ['frozen', `POST /v2/a/blobs/uploads/?digest=${digest}`, 405],
];

for (const framing of ['known', 'chunked'] as const) {
  test.each([...cases])(`%s: %s, its length ${framing}`, async (name, request, status) => {
    const answer = await sendThenRead(registries[name]?.host ?? '', request, framing);
    expect(answer).toStartWith(`HTTP/1.1 ${status} `);
    expect(answer).toContain('\r\nConnection: close\r\n');
  });
}
