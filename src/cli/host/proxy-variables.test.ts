// Proxies of config.json as variables.
import { expect, test } from 'bun:test';
import { proxyVariables } from './proxy-variables.ts';

const proxies = { default: { httpProxy: 'http://p', noProxy: 'a,b' }, 'tcp://d:1': { httpsProxy: 'http://q' } };

test('a daemon has its own proxies or the default ones, in both writings', () => {
  expect(proxyVariables({ proxies }, { host: 'unix:///s', given: [] })).toEqual([
    'HTTP_PROXY=http://p',
    'http_proxy=http://p',
    'NO_PROXY=a,b',
    'no_proxy=a,b',
  ]);
  expect(proxyVariables({ proxies }, { host: 'tcp://d:1', given: [] })).toEqual([
    'HTTPS_PROXY=http://q',
    'https_proxy=http://q',
  ]);
});

test('what is given stays, and where nothing is configured there is nothing', () => {
  expect(proxyVariables({ proxies }, { host: '', given: ['HTTP_PROXY=', 'no_proxy'] })).toEqual([
    'http_proxy=http://p',
    'NO_PROXY=a,b',
  ]);
  expect(proxyVariables({}, { host: '', given: [] })).toEqual([]);
});
