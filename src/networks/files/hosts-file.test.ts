// What a container's hosts file must hold.

import { expect, test } from 'bun:test';
import { formatHostsFile, type HostsFileInput } from './hosts-file.ts';

const host = { gateway: '172.17.0.1', hostFile: () => '127.0.0.1 machine\n' };
const lines = (input: HostsFileInput) => formatHostsFile(input, host).split('\n').slice(6);

test('loopback names, extra hosts, then the own name with and without domain', () => {
  const extraHosts = ['a:1.2.3.4', 'gw:host-gateway', 'six=fd00::1', 'seven:[fd00::2]'];
  const input = { hostname: 'h1', domainname: 'foo.org', address: '172.17.0.6', extraHosts };
  expect(formatHostsFile(input, host)).toStartWith('127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n');
  expect(lines(input)).toEqual([
    '1.2.3.4\ta',
    '172.17.0.1\tgw',
    'fd00::1\tsix',
    'fd00::2\tseven',
    '172.17.0.6\th1.foo.org h1',
    '',
  ]);
});

test('a container without an address has no line of its own', () => {
  expect(lines({ hostname: 'h1', extraHosts: [] })).toEqual(['']);
});

test("on the host network the machine's file is seen, unless there are extra hosts", () => {
  expect(formatHostsFile({ hostname: 'h', extraHosts: [], hostNetwork: true }, host)).toBe('127.0.0.1 machine\n');
  expect(lines({ hostname: 'h', extraHosts: ['a:1.2.3.4'], hostNetwork: true })).toEqual(['1.2.3.4\ta', '']);
});

test.each([
  ['foo', 'bad format for add-host: "foo"'],
  [':1.2.3.4', 'bad format for add-host: ":1.2.3.4"'],
  ['foo:999', 'invalid IP address in add-host: "999"'],
])('%p is refused', (entry, message) => {
  expect(() => lines({ hostname: 'h', extraHosts: [entry] })).toThrow(message);
});
