import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../../../test/support/certificates.ts';
import { readHostTrust } from './host-trust.ts';

let made: string;
let certificates: Awaited<ReturnType<typeof makeCertificates>>;
beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'berth-certificates-'));
  certificates = await makeCertificates(made);
});
afterAll(() => rmSync(made, { recursive: true }));

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-certs-d-'));
  folder = join(root, 'r.test:5000');
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

const read = () => readHostTrust('r.test:5000', { folders: [root], insecure: false, authorities: ['machine'] });

test('authorities are those of the machine and the folder, and the pair is who we are', () => {
  const { client } = certificates;
  expect(read()).toEqual({ verify: true, ca: ['machine'] });
  copyFileSync(client.ca, join(folder, 'ca.crt'));
  copyFileSync(client.cert, join(folder, 'client.cert'));
  copyFileSync(client.key, join(folder, 'client.key'));
  expect(read()).toMatchObject({ ca: ['machine', expect.stringContaining('CERTIFICATE')] });
  expect(read().key).toContain('PRIVATE KEY');
});

test('what is no certificate or no key is named', () => {
  const { server, client } = certificates;
  for (const text of ['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    writeFileSync(join(folder, 'ca.crt'), text);
    expect(read).toThrow(`failed to append certificates from PEM file: ${folder}/ca.crt`);
  }
  rmSync(join(folder, 'ca.crt'));
  writeFileSync(join(folder, 'client.cert'), 'garbage');
  expect(read).toThrow('missing key client.key for client certificate client.cert');
  copyFileSync(client.key, join(folder, 'client.key'));
  const pair = `could not load X509 key pair (cert: "${folder}/client.cert", key: "${folder}/client.key"): `;
  expect(read).toThrow(`${pair}tls: failed to find any PEM data in certificate input`);
  copyFileSync(server.cert, join(folder, 'client.cert'));
  expect(read).toThrow(pair);
  writeFileSync(join(folder, 'client.key'), 'garbage');
  expect(read).toThrow(`${pair}tls: failed to find any PEM data in key input`);
});
