// How a TLS connection fails, in words.
import { expect, test } from 'bun:test';
import { connectionError } from './failure.ts';
import { parseHost } from './host.ts';

const said = (code: string, message = code) => {
  const { kind, message: text } = connectionError('tcp://h:1', Object.assign(new Error(message), { code }));
  return `${kind}: ${text}`;
};

test('who is not believed, and who does not believe us, is said as Docker says it', () => {
  const untrusted = 'unavailable: error during connect: tls: failed to verify certificate: x509: ';
  expect(said('SELF_SIGNED_CERT_IN_CHAIN')).toBe(`${untrusted}certificate signed by unknown authority`);
  expect(said('CERT_HAS_EXPIRED')).toBe(`${untrusted}certificate has expired or is not yet valid`);
  expect(said('ERR_TLS_CERT_ALTNAME_INVALID', 'no such name')).toBe(`${untrusted}no such name`);
  expect(said('ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED')).toBe(
    'unavailable: error during connect: the server probably has client authentication (--tlsverify) enabled; check ' +
      'your TLS client certification settings: remote error: tls: certificate required',
  );
  expect(said('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')).toEndWith(' connect: remote error: tls: handshake failure');
  expect(said('ERR_SSL_WRONG_VERSION_NUMBER')).toEndWith('http: server gave HTTP response to HTTPS client');
  expect(said('ECONNREFUSED')).toStartWith('unavailable: Cannot connect to the Docker daemon at tcp://h:1.');
});

test('an address says by itself, or is told, whether it is encrypted', () => {
  const tls = { verify: false };
  expect(parseHost('tcp://h')).toEqual({ host: 'h', port: 2375 });
  expect(parseHost('tcp://h', tls)).toEqual({ host: 'h', port: 2376, tls });
  expect(parseHost('https://[::1]:5')).toEqual({ host: '::1', port: 5, tls: { verify: true } });
  expect(parseHost('unix:///s', tls)).toEqual({ path: '/s' });
});
