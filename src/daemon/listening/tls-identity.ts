// The daemon's certificates, read and checked before anything listens.

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { errorCode, errorMessage, invalid } from '../../lib/errors.ts';
import type { TlsIdentity } from '../../lib/http/tls-listener.ts';
import type { TlsPaths } from '../configuration/tls-paths.ts';

/** Reads the files. Throws `invalid` in dockerd's words, naming the file that is missing or is no PEM. */
export function readTlsIdentity(paths: TlsPaths): TlsIdentity {
  const pair = `(cert: "${paths.cert}", key: "${paths.key}")`;
  const refuse = (why: string, error: unknown) =>
    invalid(`invalid TLS configuration: ${why}: ${openError(error)}`, error);
  let identity: TlsIdentity;
  try {
    identity = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') };
  } catch (error) {
    throw refuse(`could not load X509 key pair ${pair}`, error);
  }
  try {
    createSecureContext(identity);
  } catch (error) {
    throw refuse(`error reading X509 key pair - make sure the key is not encrypted ${pair}`, error);
  }
  if (!paths.verify) return identity;
  try {
    identity = { ...identity, ca: readFileSync(paths.ca, 'utf8') };
  } catch (error) {
    throw refuse(`could not read CA certificate "${paths.ca}"`, error);
  }
  // Without one certificate in it, node:tls would trust the public authorities.
  if (!/-----BEGIN CERTIFICATE-----/.test(identity.ca ?? '')) {
    throw invalid(`invalid TLS configuration: failed to append certificates from PEM file: "${paths.ca}"`);
  }
  return identity;
}

/** As Go says it. */
function openError(error: unknown): string {
  const { path } = error as { path?: string };
  if (errorCode(error) === 'ENOENT') return `open ${path}: no such file or directory`;
  if (errorCode(error) === 'EACCES') return `open ${path}: permission denied`;
  return errorMessage(error);
}
