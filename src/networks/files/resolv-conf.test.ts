// What a container's resolv.conf must hold.

import { expect, test } from 'bun:test';
import { formatResolvConf, type ResolvConfInput, usesResolvedStub } from './resolv-conf.ts';

const path = '/etc/resolv.conf';
const none: ResolvConfInput = { dns: [], search: [], options: [] };
const body = (input: Partial<ResolvConfInput>, text: string) =>
  formatResolvConf({ ...none, ...input }, { path, text })
    .split('\n')
    .slice(4, -1);

test("the machine's servers, search domains and options are taken over", () => {
  const text =
    '# comment\nnameserver 10.0.0.53 # here\ndomain old.org\nsearch a.org b.org\noptions ndots:2\noptions rotate\n';
  expect(body({}, text)).toEqual([
    'nameserver 10.0.0.53',
    'search a.org b.org',
    'options ndots:2 rotate',
    '',
    "# Based on host file: '/etc/resolv.conf' (legacy)",
    '# Overrides: []',
  ]);
});

test("what the user asks for replaces the machine's", () => {
  const asked = { dns: ['1.1.1.1'], search: ['x.y'], options: ['ndots:2'] };
  expect(body(asked, 'nameserver 10.0.0.53\nsearch a.org\n')).toEqual([
    'nameserver 1.1.1.1',
    'search x.y',
    'options ndots:2',
    '',
    "# Based on host file: '/etc/resolv.conf' (legacy)",
    '# Overrides: [nameservers search options]',
  ]);
  expect(body({ search: ['.'] }, 'nameserver 10.0.0.53\nsearch a.org\n')[1]).toBe('');
});

test('servers on the loopback are useless in a container', () => {
  const text = 'nameserver 127.0.0.1\nnameserver ::1\n';
  expect(body({}, text).slice(0, 2)).toEqual(['nameserver 8.8.8.8', 'nameserver 8.8.4.4']);
  expect(body({}, text)).toContain('# Used default nameservers.');
  expect(body({ hostNetwork: true }, text).slice(0, 2)).toEqual(['nameserver 127.0.0.1', 'nameserver ::1']);
  expect(body({}, `${text}nameserver 10.0.0.53\n`)[0]).toBe('nameserver 10.0.0.53');
});

test('the stub of systemd-resolved is recognised', () => {
  expect(usesResolvedStub('nameserver 127.0.0.53\n')).toBe(true);
  expect(usesResolvedStub('nameserver 127.0.0.53\nnameserver 1.1.1.1\n')).toBe(false);
  expect(usesResolvedStub('')).toBe(false);
});
