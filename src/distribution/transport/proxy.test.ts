// HTTP_PROXY and NO_PROXY.
import { expect, test } from 'bun:test';
import { proxyFor } from './proxy.ts';

const through = (url: string, no = '') =>
  proxyFor(new URL(url), { http: 'plain.example:3128', https: 'https://u%40:p@secure.example', no })?.host;

test('by scheme, with a port and a password', () => {
  expect(proxyFor(new URL('http://a.b/'), { http: 'plain.example:3128' })).toEqual({
    ...{ host: 'plain.example', port: 3128, secure: false },
  });
  expect(proxyFor(new URL('https://a.b/'), { https: 'https://u%40:p@secure.example' })).toEqual({
    ...{ host: 'secure.example', port: 443, secure: true, authorization: `Basic ${btoa('u@:p')}` },
  });
  expect(proxyFor(new URL('https://a.b/'), {})).toBeUndefined();
  expect(() => proxyFor(new URL('https://a.b/'), { https: 'socks5://x' })).toThrow('unsupported proxy scheme');
});

test('loopback is always asked directly, the others by the list', () => {
  for (const url of ['http://localhost:5000', 'https://127.1.2.3', 'https://[::1]'])
    expect(through(url)).toBeUndefined();
  const direct: [no: string, url: string][] = [
    ['*', 'https://a.b'],
    ['b.c', 'https://b.c'],
    ['b.c', 'https://a.b.c'],
    ['.b.c', 'https://a.b.c'],
    ['x, 10.0.0.0/8', 'http://10.2.3.4'],
    ['b.c:444', 'https://b.c:444'],
  ];
  for (const [no, url] of direct) expect(through(url, no), `${no} ${url}`).toBeUndefined();
  const proxied: [no: string, url: string][] = [
    ['.b.c', 'https://b.c'],
    ['b.c', 'https://ab.c'],
    ['10.0.0.0/8', 'http://11.2.3.4'],
    ['b.c:444', 'https://b.c'],
  ];
  for (const [no, url] of proxied) expect(through(url, no), `${no} ${url}`).toBeDefined();
});
