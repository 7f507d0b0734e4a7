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
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return untrusted(errorMessage(error));
  if (/^CERT_|^UNABLE_TO_|^INVALID_(CA|PURPOSE)/.test(code)) return untrusted(errorMessage(error));
  if (!code.startsWith('ERR_SSL_')) return undefined;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'http: server gave HTTP response to HTTPS client';
  const alert = /ALERT_([A-Z_]+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ');
  if (alert === undefined) return `tls: ${errorMessage(error)}`;
  const advice = /certificate/.test(alert)
    ? 'the server probably has client authentication (--tlsverify) enabled; check your TLS client certification settings: '
    : '';
  return `${advice}remote error: tls: ${alert}`;
}
