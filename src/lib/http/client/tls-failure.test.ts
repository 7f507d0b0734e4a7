import { expect, test } from 'bun:test';
import { describeTlsFailure } from './tls-failure.ts';

const said = (host: string, subjectaltname?: string) => {
  const error = Object.assign(new Error('no such name'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', host });
  return describeTlsFailure(Object.assign(error, { cert: { subjectaltname } }));
};

test('whose certificate it is is told as Go tells it', () => {
  const names = 'DNS:reg.test, DNS:*.reg.test, IP Address:10.0.0.1';
  const untrusted = 'tls: failed to verify certificate: x509: ';
  expect(said('other.test.', names)).toBe(`${untrusted}certificate is valid for reg.test, *.reg.test, not other.test`);
  expect(said('10.0.0.2', names)).toBe(`${untrusted}certificate is valid for 10.0.0.1, not 10.0.0.2`);
  expect(said('10.0.0.2', 'DNS:a')).toBe(
    `${untrusted}cannot validate certificate for 10.0.0.2 because it doesn't contain any IP SANs`,
  );
  expect(said('a.test')).toBe(`${untrusted}certificate is not valid for any names, but wanted to match a.test`);
});

test('what the other side says is told without advice', () => {
  const error = Object.assign(new Error('x'), { code: 'ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED' });
  expect(describeTlsFailure(error)).toBe('remote error: tls: certificate required');
});
