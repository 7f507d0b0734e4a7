// Which proxy a request goes through: the rules of HTTP_PROXY and NO_PROXY as Go reads them.
import { BlockList, isIP } from 'node:net';
import { invalid } from '../../lib/errors.ts';
import type { ProxyAddress } from '../../lib/http/client/tunnel.ts';
import type { Proxies } from '../options.ts';

/** The proxy for a URL; undefined: none. Loopback is always asked directly. Throws `invalid` for a proxy that is no URL. */
export function proxyFor(url: URL, proxies: Proxies): ProxyAddress | undefined {
  const proxy = url.protocol === 'https:' ? proxies.https : proxies.http;
  if (!proxy || bypasses(url, proxies.no ?? '')) return undefined;
  return parseProxy(proxy);
}

/** A proxy without a scheme speaks HTTP. */
function parseProxy(text: string): ProxyAddress {
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch (error) {
    throw invalid(`invalid proxy address ${JSON.stringify(text)}: ${(error as Error).message}`, error);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid(`unsupported proxy scheme in ${JSON.stringify(text)}`);
  const secure = url.protocol === 'https:';
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    ...(url.username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
  };
}

/** NO_PROXY: `*`, `host`, `.domain`, `host:port`, addresses and networks, separated by commas. */
function bypasses(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || contains('127.0.0.0/8', host) || contains('::1/128', host)) return true;
  return list
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(Boolean)
    .some(entry => {
      if (entry === '*') return true;
      if (entry.includes('/')) return contains(entry, host);
      const [, name = entry, wanted] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
      if (wanted !== undefined && wanted !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return (host === domain && !name.startsWith('.')) || host.endsWith(`.${domain}`);
    });
}

function contains(network: string, host: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(prefix)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const blocks = new BlockList();
  blocks.addSubnet(address, Math.min(Number(prefix), family === 6 ? 128 : 32), type);
  return blocks.check(host, type);
}
