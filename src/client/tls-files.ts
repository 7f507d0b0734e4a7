// The certificates a client uses, from their files, with what Docker's client says of the ones it cannot use.

import { readFileSync } from 'node:fs';
import { errorCode, errorMessage, invalid } from '../lib/errors.ts';
import type { TlsTrust } from '../lib/http/client/dial-tls.ts';

/** Paths of PEM files; one that is undefined is not used. */
export interface TlsFiles {
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  /** Whether the daemon must have a certificate of that authority and for its name. */
  verify: boolean;
}

/** Reads and checks them. Throws `invalid`. */
export function readTlsFiles(files: TlsFiles): TlsTrust {
  const [ca, cert, key] = [readPem(files.ca), readPem(files.cert), readPem(files.key)];
  // Without one certificate in it, node:tls would trust the public authorities.
  if (ca !== undefined && !/-----BEGIN CERTIFICATE-----/.test(ca)) {
    throw refuse('failed to retrieve context tls info: ca.pem seems invalid');
  }
  if (key !== undefined) checkPair(cert ?? '', key);
  // A certificate without its key identifies nobody.
  return { ...{ ca, verify: files.verify }, ...(key === undefined ? {} : { cert, key }) };
}

function readPem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = { ENOENT: 'no such file or directory', EACCES: 'permission denied', EISDIR: 'is a directory' };
    const reason = why[errorCode(error) as keyof typeof why] ?? errorMessage(error);
    throw refuse(`unable to resolve docker endpoint: open ${path}: ${reason}`, error);
  }
}

function checkPair(cert: string, key: string): void {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) throw refuse('no valid private key found');
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type:.*ENCRYPTED/m.test(key)) {
    throw refuse('private key is encrypted - support for encrypted private keys has been removed');
  }
  if (!/-----BEGIN CERTIFICATE-----/.test(cert)) {
    throw refuse('failed to retrieve context tls info: tls: failed to find any PEM data in certificate input');
  }
  try {
    process.getBuiltinModule('node:tls').createSecureContext({ cert, key });
  } catch (error) {
    const mismatch = /key[_ ]values[_ ]mismatch|key[_ ]type[_ ]mismatch/i.test(errorMessage(error));
    const why = mismatch ? 'private key does not match public key' : errorMessage(error);
    throw refuse(`failed to retrieve context tls info: tls: ${why}`, error);
  }
}

const refuse = (why: string, cause?: unknown) => invalid(`Failed to initialize: ${why}`, cause);
