// What went wrong between two sides of a TLS connection, in the words of Go's client.

import { errorCode, errorMessage } from '../../errors.ts';

const unknownAuthority = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
];
const outOfDate = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/** Undefined when `error` has nothing to do with TLS. */
export function describeTlsFailure(error: unknown): string | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const untrusted = (why: string) => `tls: failed to verify certificate: x509: ${why}`;
  if (unknownAuthority.includes(code)) return untrusted('certificate signed by unknown authority');
  if (outOfDate.includes(code)) return untrusted('certificate has expired or is not yet valid');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return untrusted(describeOtherName(error));
  if (/^CERT_|^UNABLE_TO_|^INVALID_(CA|PURPOSE)/.test(code)) return untrusted(errorMessage(error));
  if (!code.startsWith('ERR_SSL_')) return undefined;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'http: server gave HTTP response to HTTPS client';
  const alert = /ALERT_([A-Z_]+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ');
  return alert === undefined ? `tls: ${errorMessage(error)}` : `remote error: tls: ${alert}`;
}

/** Of a certificate that is somebody else's; node:tls tells the host, and the names as OpenSSL prints them. */
function describeOtherName(error: unknown): string {
  const { host, cert } = error as { host?: unknown; cert?: { subjectaltname?: unknown } };
  if (typeof host !== 'string') return errorMessage(error);
  const listed = typeof cert?.subjectaltname === 'string' ? cert.subjectaltname.split(', ') : [];
  const of = (kind: string) => listed.filter(name => name.startsWith(kind)).map(name => name.slice(kind.length));
  const { isIP } = process.getBuiltinModule('node:net');
  const wanted = host.replace(/\.$/, '');
  if (isIP(wanted) !== 0) {
    const addresses = of('IP Address:');
    if (addresses.length > 0) return `certificate is valid for ${addresses.join(', ')}, not ${wanted}`;
    return `cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`;
  }
  const names = of('DNS:');
  if (names.length > 0) return `certificate is valid for ${names.join(', ')}, not ${wanted}`;
  return `certificate is not valid for any names, but wanted to match ${wanted}`;
}
