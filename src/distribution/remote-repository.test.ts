import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../lib/http/exchange.ts';
import { HttpServer } from '../lib/http/http-server.ts';
import { silentLogger } from '../lib/logger.ts';
import { sha256 } from '../oci/digest.ts';
import { Distribution } from './distribution.ts';
import { RegistryError } from './registry-error.ts';

/** A registry without TLS. */
let answer: (exchange: Exchange) => void;
let server: HttpServer;
let domain: string;
let distribution: Distribution;
beforeEach(async () => {
  server = new HttpServer(async exchange => answer(exchange));
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  domain = `127.0.0.1:${port}`;
  distribution = new Distribution({}, { logger: silentLogger });
});
afterEach(async () => {
  distribution.close();
  await server.close();
});

test('what plain HTTP says is a bad request is told as that, not that there is no TLS', async () => {
  const digest = sha256('x');
  answer = exchange => exchange.send(200, { 'Docker-Content-Digest': digest }, 'x');
  expect(await distribution.repository({ domain, path: 'app' }).blobSize(digest)).toBe(1);
  const problem = { code: 'MANIFEST_INVALID', message: 'it makes no sense' };
  answer = exchange => exchange.send(400, {}, JSON.stringify({ errors: [problem] }));
  const error = await distribution
    .repository({ domain, path: 'other' })
    .manifest('v')
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(RegistryError);
  expect((error as Error).message).toBe('manifest invalid: it makes no sense');
});

test('a mirror that answers with a page is gone on from; of a registry the type of the page is told', async () => {
  const manifest = '{"schemaVersion":2}';
  answer = exchange => exchange.send(200, { 'Content-Type': 'application/json' }, manifest);
  const page = new HttpServer(async exchange => exchange.send(200, { 'Content-Type': 'text/html' }, '<html>'));
  const { port } = (await page.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  distribution.configure({ mirrors: [`${domain}=http://127.0.0.1:${port}`] });
  const { bytes } = await distribution.repository({ domain, path: 'app' }).manifest('v');
  expect(bytes.toString()).toBe(manifest);
  const refused = distribution.repository({ domain: `127.0.0.1:${port}`, path: 'app' }).manifest('v');
  const error: Error = await refused.then(
    () => new Error('it was taken'),
    (reason: Error) => reason,
  );
  expect(error.message).toBe('unsupported manifest media type and no default available: text/html');
  await page.close();
});
