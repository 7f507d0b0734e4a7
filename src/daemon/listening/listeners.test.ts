// Hosts: where they lead, which are safe, and what the TLS options mean together.
import { describe, expect, test } from 'bun:test';
import { errorMessage } from '../../lib/errors.ts';
import { readTlsPaths } from '../configuration/tls-paths.ts';
import { type ListenOptions, planListeners } from './listeners.ts';

const identity = { cert: 'C', key: 'K', ca: 'A' };
const paths = { verify: true, ca: '/a', cert: '/c', key: '/k' };
const unixSocket = { descriptor: 3, kind: 'unix' } as const;
const openPort = { descriptor: 4, kind: 'tcp', loopback: false } as const;
const localPort = { descriptor: 5, kind: 'tcp', loopback: true } as const;

const options = (hosts: string[], more: Partial<ListenOptions> = {}): ListenOptions => ({
  ...{ hosts, group: { name: 'berth', ifPresent: true }, tls: undefined, allowInsecureTcp: false, ...more },
});

function refusal(work: () => unknown): string {
  try {
    return `made ${JSON.stringify(work())}`;
  } catch (error) {
    return errorMessage(error);
  }
}

describe('hosts', () => {
  test('lead to sockets, ports with certificates, and to what was handed over', () => {
    const hosts = ['unix:///s', 'tcp://0.0.0.0', 'fd://', 'fd://5'];
    const planned = planListeners(options(hosts, { tls: paths }), identity, [unixSocket, openPort, localPort]);
    expect(planned.map(({ address }) => address)).toEqual([
      { kind: 'unix', path: '/s', group: { name: 'berth', ifPresent: true } },
      { kind: 'tcp', host: '0.0.0.0', port: 2376, tls: identity },
      { kind: 'fd', fd: 3 },
      { kind: 'fd', fd: 4, tls: identity },
      { kind: 'fd', fd: 5, tls: identity },
      { kind: 'fd', fd: 5, tls: identity },
    ]);
  });

  test('beyond loopback need client certificates, or the explicit wish', () => {
    const unsafe = ['tcp://0.0.0.0:1', 'tcp://:1', 'tcp://10.0.0.1:1', 'tcp://[::]:1', 'tcp://127.evil.example:1'];
    for (const host of unsafe) {
      const plan = (more: Partial<ListenOptions>) => refusal(() => planListeners(options([host], more), undefined, []));
      expect(plan({})).toStartWith(`refusing to listen on ${host} without client certificates`);
      expect(plan({ tls: { ...paths, verify: false } })).toStartWith('refusing');
      expect(plan({ tls: paths })).toStartWith('made');
      expect(plan({ allowInsecureTcp: true })).toStartWith('made');
    }
    for (const host of ['tcp://127.0.0.1:1', 'tcp://127.1.2.3:1', 'tcp://localhost:1', 'tcp://[::1]:1']) {
      expect(refusal(() => planListeners(options([host]), undefined, []))).toStartWith('made');
    }
    expect(refusal(() => planListeners(options(['fd://']), undefined, [openPort]))).toStartWith('refusing');
    expect(refusal(() => planListeners(options(['fd://']), undefined, [localPort]))).toStartWith('made');
  });

  test('of systemd that are not there are refused', () => {
    const plan = (host: string, ...sockets: (typeof unixSocket)[]) =>
      refusal(() => planListeners(options([host]), undefined, sockets));
    expect(plan('fd://')).toBe('no sockets found via socket activation: make sure the service was started by systemd');
    expect(plan('fd://x', unixSocket)).toBe('failed to parse systemd fd address: should be a number: x');
    expect(plan('fd://9', unixSocket)).toBe('too few socket activated files passed in by systemd');
  });
});

test('the options of TLS mean what they mean to dockerd', () => {
  const files = { ca: '/f/ca.pem', cert: '/f/cert.pem', key: '/f/key.pem' };
  expect(readTlsPaths({}, '/f')).toBeUndefined();
  expect(readTlsPaths({ tls: false }, '/f')).toBeUndefined();
  expect(readTlsPaths({ tls: true }, '/f')).toEqual({ ...files, verify: true });
  expect(readTlsPaths({ tlsverify: true }, '/f')).toEqual({ ...files, verify: true });
  expect(readTlsPaths({ tlsverify: false, tlscert: '/x' }, '/f')).toEqual({ ...files, cert: '/x', verify: false });
});
