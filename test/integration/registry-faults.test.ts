// What the distribution room makes of registries that fail: it goes on where it can, and says what happened where not.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Distribution, type DistributionOptions, type Repository } from '../../src/distribution/index.ts';
import { HttpServer } from '../../src/lib/http/http-server.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { sha256 } from '../../src/oci/digest.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { makeCertificates } from '../support/certificates.ts';
import { FaultRegistry } from '../support/registries/fault-registry.ts';
import { Seeded } from '../support/seeded.ts';

// For a machine that does much else.
setDefaultTimeout(60_000);

let registry: FaultRegistry;
let distribution: Distribution;
beforeEach(async () => {
  registry = await FaultRegistry.start();
  distribution = new Distribution({ attempts: 4 }, { logger: silentLogger });
});
afterEach(async () => {
  distribution.close();
  await registry[Symbol.asyncDispose]();
});

const credentials = { username: 'user', password: 'secret' };
const open = (options: Parameters<Distribution['repository']>[1] = {}, name = `${registry.host}/team/app`) =>
  distribution.repository(parseReference(name), options);
const configure = (options: DistributionOptions) => distribution.configure({ attempts: 4, ...options });

/** The bytes from `offset` on. */
async function read(repository: Repository, blob: { digest: `sha256:${string}`; size: number }, offset = 0) {
  return Buffer.concat(await Array.fromAsync(repository.blob(blob.digest, { size: blob.size, offset })));
}
const bytesFrom = (bytes: Buffer) => (start: number) =>
  (async function* () {
    for (let at = start; at < bytes.length; at += 50_000) yield bytes.subarray(at, Math.min(at + 50_000, bytes.length));
  })();

test('a download cut at random bytes, a hundred times over, comes out whole and nothing is fetched twice', async () => {
  const seeded = new Seeded();
  const bytes = randomBytes(800_000);
  const blob = registry.addBlob(bytes);
  for (let round = 0; round < 100; round++) {
    registry.requests.length = 0;
    registry.served = 0;
    const cut = seeded.between(0, bytes.length - 1);
    registry.fault = ({ method, range }) => (method === 'GET' && range === undefined ? { cutAfter: cut } : undefined);
    expect((await read(open(), blob)).equals(bytes), `seed ${seeded.seed}, cut at ${cut}`).toBe(true);
    expect(registry.served).toBe(bytes.length);
  }
}, 60_000);

test('a registry without ranges sends all of it again, and the reader notices nothing', async () => {
  const bytes = randomBytes(300_000);
  const blob = registry.addBlob(bytes);
  registry.fault = ({ range }) => (range === undefined ? { cutAfter: 100_000 } : { noRanges: true });
  expect((await read(open(), blob)).equals(bytes)).toBe(true);
  expect((await read(open(), blob, 250_000)).equals(bytes.subarray(250_000))).toBe(true);
});

test('a body that stands still counts as broken', async () => {
  // Many times what a busy machine takes from one portion to the next.
  configure({ stallTime: 1000 });
  const bytes = randomBytes(300_000);
  const blob = registry.addBlob(bytes);
  registry.fault = ({ range }) => (range === undefined ? { stopAfter: 70_000 } : undefined);
  expect((await read(open(), blob)).equals(bytes)).toBe(true);
});

test('a registry that never gets anywhere is given up', async () => {
  const blob = registry.addBlob(randomBytes(100_000));
  registry.fault = ({ method }) => (method === 'GET' ? { cutAfter: 0 } : undefined);
  await expect(read(open(), blob)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('EOF'),
  });
});

test('wrong sizes and digests are refused', async () => {
  const bytes = randomBytes(1000);
  const blob = registry.addBlob(bytes);
  await expect(read(open(), { ...blob, size: 999 })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(read(open(), { ...blob, size: 1001 })).rejects.toMatchObject({ kind: 'invalid' });
  registry.fault = () => ({ corrupt: true });
  await expect(open().blobBytes(blob)).rejects.toMatchObject({ kind: 'invalid' });
  registry.fault = () => undefined;
  const digest = registry.addManifest('team/app', '1', { schemaVersion: 2 }, 'application/json');
  registry.manifests.set(`team/app:${digest}`, { bytes: Buffer.from('{}'), type: 'application/json' });
  await expect(open().manifest(digest)).rejects.toThrow(`manifest verification failed for digest ${digest}`);
});

test('too many requests and passing failures are waited out, others are told in the registry’s words', async () => {
  const blob = registry.addBlob(randomBytes(10));
  registry.fault = ({ count }) =>
    count === 1 ? { refuse: 429, headers: { 'Retry-After': '0' } } : count === 2 ? { refuse: 503 } : undefined;
  expect((await read(open(), blob)).length).toBe(10);
  registry.requests.length = 0;
  const body = JSON.stringify({
    errors: [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }],
  });
  registry.fault = () => ({ refuse: 429, headers: { 'Retry-After': '3600' }, body });
  await expect(read(open(), blob)).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'toomanyrequests: You have reached your pull rate limit.',
  });
  expect(registry.requests).toHaveLength(1);
  registry.fault = () => ({ refuse: 403, body: '{}' });
  await expect(open().manifest('1')).rejects.toThrow('denied: requested access to the resource is denied');
  registry.fault = () => ({ refuse: 404, body: 'lost' });
  await expect(open().manifest('1')).rejects.toThrow(/^error parsing HTTP 404 response body: .*: "lost"$/);
});

test('signing in: once for many, again when a token counts no longer, in the middle of a blob too', async () => {
  registry.tokens = new Set();
  const bytes = randomBytes(300_000);
  const blob = registry.addBlob(bytes);
  const repository = open({ credentials });
  await Promise.all([1, 2, 3, 4].map(() => repository.blobSize(blob.digest)));
  expect(registry.requests.filter(({ target }) => target.startsWith('/token'))).toHaveLength(1);
  registry.tokens.clear();
  expect((await read(repository, blob)).equals(bytes)).toBe(true);
  registry.fault = ({ target, range }) => {
    if (!target.includes('/blobs/') || range !== undefined) return undefined;
    // It counts for this answer, which breaks off, and not for the next.
    setImmediate(() => registry.tokens?.clear());
    return { cutAfter: 100_000 };
  };
  expect((await read(repository, blob)).equals(bytes)).toBe(true);
  expect(registry.requests.find(({ target }) => target.startsWith('/token'))?.target).toContain(
    'scope=repository%3Ateam%2Fapp%3Apull&account=user',
  );
});

test('who is nobody, or has the wrong password, is told so', async () => {
  registry.tokens = new Set();
  const url = `http://${registry.host}/v2/team/app/manifests/1`;
  await expect(open({ credentials: { username: 'user', password: 'x' } }).resolve('1')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: `Head "${url}": unauthorized: incorrect username or password`,
  });
  await expect(distribution.login(registry.host, { username: 'user', password: 'x' })).rejects.toMatchObject({
    kind: 'unauthorized',
  });
  expect(await distribution.login(registry.host, credentials)).toEqual({ identityToken: 'identity' });
});

test('a refusal that has no words is asked for them', async () => {
  registry.fault = ({ method }) => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'Your authorization token has expired.' }] });
    return { refuse: 403, body: method === 'HEAD' ? '' : body };
  };
  await expect(open({ actions: ['push'] }).blobSize(sha256('x'))).rejects.toThrow(
    /^denied: Your authorization token has expired\.$/,
  );
});

test('an identity token takes the place of the password', async () => {
  registry.tokens = new Set();
  const { identityToken = '' } = await distribution.login(registry.host, credentials);
  const blob = registry.addBlob(randomBytes(10));
  const repository = open({ credentials: { username: '<token>', identityToken }, actions: ['push'] });
  expect(await repository.blobSize(blob.digest)).toBe(10);
  expect(Object.fromEntries(registry.forms[0] ?? [])).toEqual({
    ...{ grant_type: 'refresh_token', refresh_token: 'identity', client_id: 'docker', service: 'test' },
    scope: 'repository:team/app:pull,push',
  });
  expect(await open({ credentials: { registryToken: [...registry.tokens][0] ?? '' } }).blobSize(blob.digest)).toBe(10);
});

test('an upload cut at any byte goes on where it stopped', async () => {
  const seeded = new Seeded();
  const bytes = randomBytes(500_000);
  for (let round = 0; round < 10; round++) {
    registry.requests.length = 0;
    const cut = seeded.between(1, bytes.length - 1);
    let cuts = 0;
    registry.fault = ({ method }) =>
      (method === 'PUT' || method === 'PATCH') && cuts++ === 0 ? { cutUploadAfter: cut } : undefined;
    registry.blobs.clear();
    const source = { digest: sha256(bytes), size: bytes.length, open: bytesFrom(bytes) };
    let sent = 0;
    await open({ actions: ['push'] }).uploadBlob(source, { onProgress: now => (sent = now) });
    expect(registry.blobs.get(sha256(bytes))?.equals(bytes), `seed ${seeded.seed}, cut at ${cut}`).toBe(true);
    expect(sent).toBe(bytes.length);
  }
}, 30_000);

test('a blob whose digest is known at its end only is sent in chunks', async () => {
  const bytes = randomBytes(500_000);
  const { promise, resolve } = Promise.withResolvers<`sha256:${string}`>();
  const open_ = async function* () {
    yield* bytesFrom(bytes)(0);
    resolve(sha256(bytes) as `sha256:${string}`);
  };
  await open({ actions: ['push'] }).uploadBlob({ digest: promise, open: open_ });
  expect(registry.blobs.get(sha256(bytes))?.equals(bytes)).toBe(true);
});

test('a mirror is asked first and told no password; what it cannot do the registry does', async () => {
  await using mirror = await FaultRegistry.start();
  configure({ mirrors: [`${registry.host}=http://${mirror.host}`] });
  const bytes = randomBytes(300_000);
  const blob = registry.addBlob(bytes);
  registry.addManifest('team/app', '1', { from: 'registry' }, 'application/json');
  mirror.addManifest('team/app', '1', { from: 'mirror' }, 'application/json');
  registry.tokens = new Set();
  const repository = open({ credentials });
  expect((await repository.manifest('1')).bytes.toString()).toContain('mirror');
  expect((await read(repository, blob)).equals(bytes)).toBe(true);
  mirror.addBlob(bytes);
  mirror.fault = ({ method }) => (method === 'GET' ? { cutAfter: 100_000 } : undefined);
  registry.served = 0;
  expect((await read(repository, blob)).equals(bytes)).toBe(true);
  expect(registry.served).toBeLessThan(bytes.length);
  expect(mirror.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  registry.requests.length = 0;
  await open({ actions: ['push'], credentials }).blobSize(blob.digest);
  expect(registry.requests.length).toBeGreaterThan(0);
}, 30_000);

test('tags come page by page', async () => {
  for (const tag of ['a', 'b', 'c', 'd', 'e']) registry.addManifest('team/app', tag, { tag }, 'application/json');
  expect(await Array.fromAsync(open().tags())).toEqual(['a', 'b', 'c', 'd', 'e']);
  await expect(Array.fromAsync(open({}, `${registry.host}/other`).tags())).rejects.toThrow(
    'name unknown: repository name not known to registry',
  );
});

test('a registry that is not there, or speaks no TLS, is told of as Docker does', async () => {
  await expect(open({}, '127.0.0.1:1/x').resolve('1')).rejects.toThrow(
    'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  );
  await expect(open({}, 'registry.invalid/x').resolve('1')).rejects.toThrow(
    'Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid',
  );
});

test('a place that hangs up before it ever answered is not waited for where there is another', async () => {
  const bytes = randomBytes(1000);
  const blob = registry.addBlob(bytes);
  // As a proxy does in front of a registry that speaks no TLS.
  let asked = 0;
  await using mirror = createServer(socket => {
    asked++;
    socket.once('data', () => socket.destroy());
  });
  await new Promise<void>(resolve => mirror.listen(0, '127.0.0.1', resolve));
  configure({ mirrors: [`${registry.host}=http://127.0.0.1:${(mirror.address() as AddressInfo).port}`] });
  expect((await read(open(), blob)).equals(bytes)).toBe(true);
  expect(asked).toBe(1);
});

test('a mirror that never answers is given up after a while', async () => {
  registry.addManifest('team/app', '1', { from: 'registry' }, 'application/json');
  await using mirror = createServer(socket => socket.resume());
  await new Promise<void>(resolve => mirror.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
  configure({ mirrors: [`${registry.host}=${base}`], patience: 500 });
  expect((await open().manifest('1')).bytes.toString()).toContain('registry');
});

test('through a proxy; a certificate is believed by certs.d, shown from there, or not looked at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-certs-'));
  const { server, client } = await makeCertificates(folder);
  const pem = (path: string) => readFileSync(path, 'utf8');
  const manifest = '{}';
  const answer = { 'Docker-Content-Digest': sha256(manifest), 'Content-Type': 'a/b' };
  const secure = new HttpServer(exchange => exchange.send(200, answer, manifest));
  const identity = { cert: pem(server.cert), key: pem(server.key), ca: pem(server.ca) };
  const { port } = (await secure.listen({ host: '127.0.0.1', port: 0 }, identity)) as { port: number };
  await using proxy = await startProxy(port);
  const ask = (options: DistributionOptions) => {
    configure({ ...options, proxies: { https: `http://me:pw@${proxy.host}` } });
    return distribution.repository({ domain: 'registry.invalid:444', path: 'x' }).manifest('1');
  };
  try {
    const certs = join(folder, 'certs.d');
    const own = join(certs, 'registry.invalid:444');
    mkdirSync(own, { recursive: true });
    const untrusted = 'Get "https://registry.invalid:444/v2/": tls: failed to verify certificate: x509: ';
    await expect(ask({})).rejects.toThrow(`${untrusted}certificate signed by unknown authority`);
    writeFileSync(join(own, 'ca.crt'), pem(client.ca));
    // Believed now, but it is another's: it was made for loopback.
    await expect(ask({ certificateFolders: [certs] })).rejects.toThrow(
      /x509: .*(altname|does not match|registry\.invalid)/i,
    );
    writeFileSync(join(own, 'me.cert'), pem(client.cert));
    await expect(ask({ certificateFolders: [certs] })).rejects.toThrow(
      'missing key me.key for client certificate me.cert',
    );
    writeFileSync(join(own, 'me.key'), pem(client.key));
    const insecureRegistries = ['registry.invalid:444'];
    expect((await ask({ certificateFolders: [certs], insecureRegistries })).bytes.toString()).toBe(manifest);
    await expect(ask({ insecureRegistries })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(proxy.asked).toContain('CONNECT registry.invalid:444 HTTP/1.1');
    expect(proxy.asked.join()).toContain(`Proxy-Authorization: Basic ${Buffer.from('me:pw').toString('base64')}`);
  } finally {
    await secure.close();
    rmSync(folder, { recursive: true });
  }
});

/** Leads every CONNECT to one port of loopback. */
async function startProxy(port: number): Promise<AsyncDisposable & { host: string; asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    sockets.add(client);
    client.on('error', () => {});
    client.once('data', head => {
      asked.push(...head.toString().split('\r\n'));
      const target = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
      });
      target.on('error', () => client.destroy());
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
