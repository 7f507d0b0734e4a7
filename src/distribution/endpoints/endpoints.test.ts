// Mirrors, insecure registries and the places a registry is looked for.
import { expect, test } from 'bun:test';
import { errorMessage } from '../../lib/errors.ts';
import { findEndpoints } from './endpoint.ts';
import { hostName, InsecureRegistries } from './insecure.ts';
import { parseMirrors } from './mirrors.ts';

const refusal = (work: () => unknown) => {
  try {
    return `made ${JSON.stringify(work())}`;
  } catch (error) {
    return errorMessage(error);
  }
};

/** Names and their addresses; whoever asks for another one has no network. */
async function names(name: string): Promise<{ address: string }[]> {
  const known: Record<string, string[]> = {
    'inside.example': ['192.0.2.1', '10.9.9.9'],
    'outside.example': ['192.0.2.1'],
  };
  const addresses = known[name];
  if (!addresses) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
  return addresses.map(address => ({ address }));
}

test('a mirror is of Docker Hub, or of the registry it names', () => {
  const mirrors = parseMirrors([
    'https://m.example/',
    'http://n.example:5000',
    'quay.io=https://q.example/cache',
    'https://m.example',
  ]);
  expect(Object.fromEntries(mirrors)).toEqual({
    'docker.io': ['https://m.example', 'http://n.example:5000'],
    'quay.io': ['https://q.example/cache'],
  });
  for (const wrong of ['ftp://x', 'https://u:p@x', 'https://x?y', 'nothing', 'quay.io=x']) {
    expect(refusal(() => parseMirrors([wrong]))).toStartWith('invalid mirror: ');
  }
});

test('loopback is insecure, and what was said to be', async () => {
  const insecure = new InsecureRegistries(['http://plain.example:5000', '10.0.0.0/8', 'fd00::/8'], names);
  expect(insecure.cidrs).toEqual(['::1/128', '127.0.0.0/8', '10.0.0.0/8', 'fd00::/8']);
  expect(insecure.hosts).toEqual(['plain.example:5000']);
  const verdicts = [
    'plain.example:5000',
    '127.9.9.9:1',
    '[::1]:5000',
    '10.1.2.3',
    '[fd12::1]',
    'localhost:5000',
    'inside.example',
  ];
  for (const host of verdicts) expect(await insecure.has(host), host).toBe(true);
  for (const host of ['11.1.2.3:5000', '[fe80::1]:1', 'outside.example', 'plain.invalid'])
    expect(await insecure.has(host), host).toBe(false);
  expect(refusal(() => new InsecureRegistries(['-x']))).toContain('Cannot begin or end with a hyphen');
  expect(refusal(() => new InsecureRegistries(['a b']))).toContain('invalid host');
  expect(refusal(() => new InsecureRegistries(['a:99999']))).toContain('invalid port');
  expect(['[::1]:5', 'a.b:5', 'a'].map(hostName)).toEqual(['::1', 'a.b', 'a']);
});

test('mirrors come first, for pulls only; HTTP last, where it is allowed', async () => {
  const o = { mirrors: parseMirrors(['https://m.example']), insecure: new InsecureRegistries([], names) };
  const bases = async (domain: string, useMirrors: boolean) =>
    (await findEndpoints(domain, { ...o, useMirrors })).map(({ base }) => base);
  expect(await bases('docker.io', true)).toEqual(['https://m.example', 'https://registry-1.docker.io']);
  expect(await bases('docker.io', false)).toEqual(['https://registry-1.docker.io']);
  expect(await bases('127.0.0.1:99999', true).catch(errorMessage)).toBe(
    'Get "http://127.0.0.1:99999/v2/": dial tcp: address 99999: invalid port',
  );
  expect(await bases('127.0.0.1:5000', true)).toEqual(['https://127.0.0.1:5000', 'http://127.0.0.1:5000']);
});
