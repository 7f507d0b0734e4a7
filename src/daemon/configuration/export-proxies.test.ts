// Proxies in the environment, and the environment given back.
import { expect, test } from 'bun:test';
import { exportProxies } from './export-proxies.ts';

test('what is configured counts, in both spellings; loopback is asked directly', () => {
  const environment = { HTTP_PROXY: 'http://old', http_proxy: 'http://old', no_proxy: 'x', HOME: '/root' };
  const before = { ...environment };
  const giveBack = exportProxies({ http: 'http://new', https: '', no: 'example.com' }, environment);
  const no = 'example.com,localhost,127.0.0.1,::1';
  expect(environment as Record<string, string>).toEqual({
    ...{ HTTP_PROXY: 'http://new', http_proxy: 'http://new', NO_PROXY: no, no_proxy: no, HOME: '/root' },
  });
  giveBack();
  expect(environment).toEqual(before);
});

test('without a proxy nothing is set', () => {
  const environment = { NO_PROXY: 'x' };
  exportProxies({ http: '', https: '', no: 'y' }, environment)();
  expect(environment).toEqual({ NO_PROXY: 'x' });
});
