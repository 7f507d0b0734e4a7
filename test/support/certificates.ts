// Certificates for tests, made with openssl: an authority, a server on loopback, a client, and a stranger.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOk } from './run.ts';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Where one party's files are: `ca.pem`, `cert.pem` and `key.pem` in `folder`, as DOCKER_CERT_PATH wants them. */
export interface Party {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes all of them below `root`. The stranger has a certificate of another authority, and believes that one. */
export async function makeCertificates(root: string): Promise<{ server: Party; client: Party; stranger: Party }> {
  const authority = await makeAuthority(join(root, 'authority'));
  const other = await makeAuthority(join(root, 'other'));
  const [server, client, stranger] = await Promise.all([
    makeParty(
      join(root, 'server'),
      authority,
      'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth',
    ),
    makeParty(join(root, 'client'), authority, 'extendedKeyUsage=clientAuth'),
    makeParty(join(root, 'stranger'), other, 'extendedKeyUsage=clientAuth'),
  ]);
  return { server, client, stranger };
}

async function makeAuthority(folder: string): Promise<{ cert: string; key: string }> {
  mkdirSync(folder);
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const subject = ['-subj', '/CN=test authority', '-days', '2'];
  await runOk(['openssl', 'req', '-x509', ...newKey, ...subject, '-keyout', files.key, '-out', files.cert]);
  return files;
}

async function makeParty(folder: string, authority: { cert: string; key: string }, extensions: string): Promise<Party> {
  mkdirSync(folder);
  const file = (name: string) => join(folder, name);
  const party = { folder, ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
  writeFileSync(file('extensions'), `${extensions}\n`);
  await runOk(['openssl', 'req', ...newKey, '-subj', '/CN=test', '-keyout', party.key, '-out', file('request')]);
  const issuer = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial', '-CAserial', file('serial')];
  const result = ['-days', '2', '-extfile', file('extensions'), '-out', party.cert];
  await runOk(['openssl', 'x509', '-req', '-in', file('request'), ...issuer, ...result]);
  await runOk(['cp', authority.cert, party.ca]);
  return party;
}
