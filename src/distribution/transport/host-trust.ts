// Whom to believe and who to be when talking to one host: `certs.d/<host:port>/`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { errorCode, errorMessage, invalid } from '../../lib/errors.ts';
import type { TlsTrust } from '../../lib/http/client/dial-tls.ts';

/** Where distributions keep the authorities of the machine. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * `*.crt` are authorities besides the machine's own; `*.cert` with its `*.key` is who we are. Read anew for each
 * connection, so that a file that was added counts. Throws `invalid` in Docker's words for half a pair.
 */
export function readHostTrust(
  host: string,
  o: { folders: readonly string[]; insecure: boolean; authorities: readonly string[] },
): TlsTrust {
  const { folders, insecure } = o;
  const folder = folders.map(root => join(root, host)).find(path => list(path) !== undefined);
  const names = folder === undefined ? [] : (list(folder) ?? []);
  const read = (name: string) => readPem(join(folder as string, name));
  const authorities = [...o.authorities, ...names.filter(name => name.endsWith('.crt')).map(read)];
  const identity = findIdentity(names, folder ?? '');
  return {
    verify: !insecure,
    ...(insecure ? {} : { ca: authorities }),
    ...(identity ? { cert: read(identity.cert), key: read(identity.key) } : {}),
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

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`open ${path}: ${errorMessage(error)}`, error);
  }
}
