// Whom to believe and who to be when talking to one host: `certs.d/<host:port>/`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates } from 'node:tls';
import { errorCode, errorMessage, invalid } from '../../lib/errors.ts';
import type { TlsTrust } from '../../lib/http/client/dial-tls.ts';

const certificateStart = '-----BEGIN CERTIFICATE-----';

/** Where distributions keep the authorities of the machine. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * `*.crt` are authorities besides the machine's own; `*.cert` with its `*.key` is who we are. Read anew for each
 * connection, so that a file that was added counts. Throws `invalid` naming the file that is none of these, and in
 * Docker's words for half a pair.
 */
export function readHostTrust(
  host: string,
  o: { folders: readonly string[]; insecure: boolean; authorities: readonly string[] },
): TlsTrust {
  const { folders, insecure } = o;
  const folder = folders.map(root => join(root, host)).find(path => list(path) !== undefined);
  const names = folder === undefined ? [] : (list(folder) ?? []);
  const own = names.filter(name => name.endsWith('.crt')).map(name => readAuthority(join(folder as string, name)));
  const authorities = [...o.authorities, ...own];
  const pair = findIdentity(names, folder ?? '');
  const identity = pair && readPair(join(folder as string, pair.cert), join(folder as string, pair.key));
  return {
    verify: !insecure,
    ...(insecure ? {} : { ca: authorities }),
    ...identity,
  };
}

function findIdentity(names: readonly string[], folder: string): { cert: string; key: string } | undefined {
  for (const key of names.filter(name => name.endsWith('.key'))) {
    const cert = key.replace(/key$/, 'cert');
    if (!names.includes(cert)) {
      throw invalid(`missing client certificate ${cert} for key ${key}`);
    }
  }
  for (const cert of names.filter(name => name.endsWith('.cert'))) {
    const key = cert.replace(/cert$/, 'key');
    if (!names.includes(key)) {
      throw invalid(
        `missing key ${key} for client certificate ${cert}. CA certificates must use the extension .crt: ${folder}`,
      );
    }
    return { cert, key };
  }
  return undefined;
}

/** PEM texts of the authorities this machine trusts. */
export function machineAuthorities(): string[] {
  for (const path of systemBundles) {
    try {
      return [...rootCertificates, readFileSync(path, 'utf8')];
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') break;
    }
  }
  return [...rootCertificates];
}

function list(path: string): string[] | undefined {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw invalid(`open ${path}: ${errorMessage(error)}`, error);
  }
}

function readAuthority(path: string): string {
  const ca = readPem(path);
  try {
    // An empty text would count as none.
    if (!ca.includes(certificateStart)) throw invalid('no certificate');
    createSecureContext({ ca });
  } catch (error) {
    throw invalid(`failed to append certificates from PEM file: ${path}`, error);
  }
  return ca;
}

function readPair(certPath: string, keyPath: string): { cert: string; key: string } {
  const pair = { cert: readPem(certPath), key: readPem(keyPath) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const why = missingPem(pair) ?? errorMessage(error);
    throw invalid(`could not load X509 key pair (cert: "${certPath}", key: "${keyPath}"): ${why}`, error);
  }
}

/** As Go says it. */
function missingPem({ cert, key }: { cert: string; key: string }): string | undefined {
  if (!cert.includes(certificateStart)) return 'tls: failed to find any PEM data in certificate input';
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key) ? undefined : 'tls: failed to find any PEM data in key input';
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`open ${path}: ${errorMessage(error)}`, error);
  }
}
