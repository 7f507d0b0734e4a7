// The daemon's configuration: flags, daemon.json, both, and the defaults.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import { type Configuration, parseRequest } from './configuration.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'));
  path = join(folder, 'daemon.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** With this file and these flags. */
function configure(file: object | string, ...flags: string[]): Configuration {
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  const request = parseRequest(['--config-file', path, ...flags], false);
  if (request.kind !== 'run') throw new Error(`not a run: ${request.kind}`);
  return request.configuration;
}

function refusal(work: () => unknown): string {
  try {
    return `made ${JSON.stringify(work())}`;
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
}

const inFile = (file: object | string) => refusal(() => configure(file));
const asFlags = (...flags: string[]) => refusal(() => parseRequest(['--config-file=/dev/null', ...flags], false));

describe('defaults', () => {
  test('of the engine by its own name', () => {
    expect(configure({})).toMatchObject({
      dataRoot: '/var/lib/berth',
      execRoot: '/run/berth',
      hosts: ['unix:///run/berth/berth.sock'],
      group: { name: 'berth', ifPresent: true },
      pidfile: '/run/berth/berth.pid',
      ...{ bridge: 'berth0', table: 'berth', mtu: 1500, icc: true, ipForward: true, ipMasq: true },
      ...{ logDriver: 'json-file', logLevel: 'info', defaultRuntime: 'crun', shutdownTimeout: 15, debug: false },
      shmSize: 64 * 1024 * 1024,
      runtimes: { crun: { path: 'crun' }, runc: { path: 'runc' } },
    });
  });

  test('features are switches: one is minded, the others are told of', () => {
    expect(configure({})).toMatchObject({ buildkit: true, ignored: [] });
    expect(configure({ features: { buildkit: false, cdi: true } })).toMatchObject({
      buildkit: false,
      ignored: ['features.cdi'],
    });
    const flags = ['--feature', 'cdi', '--feature=buildkit=false'];
    expect(configure({}, ...flags)).toMatchObject({ buildkit: false, ignored: ['features.cdi'] });
    expect(inFile({ features: { buildkit: 'no' } })).toBe('invalid: features.buildkit: expected true or false');
  });

  test("started as dockerd: Docker's socket, group and pid file", () => {
    const request = parseRequest(['--config-file=/dev/null'], true);
    expect(request).toMatchObject({
      kind: 'run',
      configuration: {
        hosts: ['unix:///var/run/docker.sock'],
        group: { name: 'docker', ifPresent: true },
        pidfile: '/var/run/docker.pid',
      },
    });
  });

  test('an exec root of its own takes the pid file along, a bridge of its own a table', () => {
    expect(configure({ 'exec-root': '/run/two', bridge: 'br2' })).toMatchObject({
      pidfile: '/run/two/berth.pid',
      table: 'berth-br2',
    });
  });
});

describe('flags', () => {
  test('long and short, with and without equals sign', () => {
    expect(
      configure(
        {},
        ...['-Hunix:///a', '-H', 'unix:///b', '--host=unix:///c', '-D', '--icc=false', '--mtu', '1400'],
        ...['--default-shm-size=1m', '--log-opt', 'max-size=1m', '--log-opt=max-file=2', '--label', 'a=b'],
        ...['--add-runtime', 'mine=/opt/mine', '-G', 'wheel'],
      ),
    ).toMatchObject({
      hosts: ['unix:///a', 'unix:///b', 'unix:///c'],
      ...{ debug: true, icc: false, mtu: 1400, shmSize: 1024 * 1024, labels: ['a=b'] },
      logOptions: { 'max-size': '1m', 'max-file': '2' },
      runtimes: { crun: { path: 'crun' }, runc: { path: 'runc' }, mine: { path: '/opt/mine' } },
      group: { name: 'wheel', ifPresent: false },
    });
  });

  test('that ask for something else than to run', () => {
    expect(parseRequest(['--help'], false)).toEqual({ kind: 'help' });
    expect(parseRequest(['-v'], false)).toEqual({ kind: 'version' });
    expect(parseRequest(['--config-file=/dev/null', '--validate'], false).kind).toBe('validate');
  });

  const refused: [flags: string[], message: string][] = [
    [['--what'], 'unknown flag: --what'],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['run'], 'unexpected argument: run'],
    [['--mtu'], 'flag needs an argument: --mtu'],
    [['--mtu', 'big'], 'invalid argument "big" for "--mtu" flag: expected a number'],
    [['--icc=maybe'], 'invalid argument "maybe" for "--icc" flag: expected true or false'],
    [['--feature', 'buildkit=no'], 'invalid argument "buildkit=no" for "--feature" flag: expected name[=true|false]'],
    [['--log-opt', 'x'], 'invalid argument "x" for "--log-opt" flag: expected name=value'],
    [['-l', 'loud'], 'invalid logging level: loud: use one of debug, info, warn, error, fatal'],
    [['--log-format', 'xml'], 'invalid log format: xml: use text or json'],
    [['--default-runtime', 'x'], "specified default runtime 'x' does not exist"],
    [['-s', 'btrfs'], 'storage-driver: btrfs is not supported: use overlay2'],
    [['--data-root', 'here'], 'data-root must be an absolute path: here'],
    [['--exec-root', 'here'], 'exec-root must be an absolute path: here'],
    [['--label', 'x'], 'bad attribute format: x: expected key=value'],
    [['--bridge', 'none'], 'bridge: none is not supported yet: name a bridge, or leave it out'],
    [['--bridge', 'a-name-that-is-too-long'], 'bridge: invalid interface name: a-name-that-is-too-long'],
  ];
  for (const [flags, message] of refused) {
    test(`refused: ${flags.join(' ')}`, () => expect(asFlags(...flags)).toBe(`invalid: ${message}`));
  }

  test('a size nobody can read is refused by its flag', () => {
    expect(asFlags('--default-shm-size', 'much')).toMatch(/^invalid: invalid argument "much" for "--default-shm-size"/);
  });
});

describe('daemon.json', () => {
  test("has Docker's keys, other than the flags where those are lists", () => {
    expect(
      configure({
        ...{ hosts: ['unix:///x'], labels: ['a=b'], 'dns-opts': ['ndots:1'], 'log-opts': { 'max-size': '1m' } },
        ...{ 'default-shm-size': '2m', 'live-restore': true },
        runtimes: { mine: { path: '/opt/mine', runtimeArgs: ['--debug'] } },
      }),
    ).toMatchObject({
      ...{ hosts: ['unix:///x'], labels: ['a=b'], dnsOptions: ['ndots:1'], logOptions: { 'max-size': '1m' } },
      ...{ shmSize: 2 * 1024 * 1024, runtimes: { mine: { path: '/opt/mine', args: ['--debug'] } } },
    });
    expect(configure(' \n').dataRoot).toBe('/var/lib/berth');
  });

  const refused: [file: object | string, why: string][] = [
    [[], 'expected a JSON object'],
    ['"x"', 'expected a JSON object'],
    [{ what: 1, other: 2, debug: true }, "the following directives don't match any configuration option: what, other"],
    [{ 'config-file': '/x' }, "the following directives don't match any configuration option: config-file"],
    [{ debug: 'yes' }, 'debug: expected true or false'],
    [{ mtu: 1.5 }, 'mtu: expected a whole number'],
    [{ bip: 1 }, 'bip: expected a string'],
    [{ hosts: 'unix:///x' }, 'hosts: expected a list of strings'],
    [{ dns: [1] }, 'dns: expected a list of strings'],
    [{ 'log-opts': [] }, 'log-opts: expected an object'],
    [{ 'default-shm-size': true }, 'default-shm-size: expected a size such as "64m"'],
    [{ runtimes: { mine: {} } }, 'runtimes: runtime "mine" needs a path'],
    [{ 'log-opts': { 'max-file': 3 } }, 'log-opts: "max-file" must be a string'],
  ];
  for (const [file, why] of refused) {
    test(`refused: ${JSON.stringify(file)}`, () =>
      expect(inFile(file)).toBe(`invalid: unable to configure the daemon with file ${path}: ${why}`));
  }

  test('a key that is null says nothing', () => {
    expect(configure({ 'max-concurrent-uploads': null, labels: null, proxies: null, debug: null })).toEqual(
      configure({}),
    );
    expect(inFile({ nonsense: null })).toContain("don't match any configuration option: nonsense");
  });

  test('that is no JSON, or not there though it was named, is refused by its path', () => {
    expect(inFile('{')).toStartWith(`invalid: unable to configure the daemon with file ${path}: `);
    const missing = join(folder, 'nope.json');
    expect(refusal(() => parseRequest(['--config-file', missing], false))).toBe(
      `invalid: unable to configure the daemon with file ${missing}: open ${missing}: no such file or directory`,
    );
  });
});

describe('both places', () => {
  test('for one value are refused, and shown', () => {
    expect(refusal(() => configure({ debug: false, mtu: 1 }, '-D', '--mtu=2'))).toBe(
      'conflict: the following directives are specified both as a flag and in the configuration file: ' +
        'debug: (from flag: true, from file: false), mtu: (from flag: 2, from file: 1)',
    );
  });

  test('for lists are refused as well', () => {
    expect(refusal(() => configure({ hosts: ['unix:///a', 'unix:///b'] }, '-H', 'unix:///c'))).toBe(
      'conflict: the following directives are specified both as a flag and in the configuration file: ' +
        'hosts: (from flag: [unix:///c], from file: [unix:///a unix:///b])',
    );
  });

  test('for runtimes are put together', () => {
    const { runtimes } = configure({ runtimes: { one: { path: '/one' } } }, '--add-runtime=two=/two');
    expect(Object.keys(runtimes)).toEqual(['crun', 'runc', 'one', 'two']);
  });
});

describe('defaults of containers', () => {
  test('are read from flags and file alike', () => {
    const flags = configure({}, '--default-ulimit', 'nofile=64:128', '--default-ulimit=nproc=5', '--no-new-privileges');
    expect(flags.defaults).toEqual({
      ulimits: [
        { Name: 'nofile', Soft: 64, Hard: 128 },
        { Name: 'nproc', Soft: 5, Hard: 5 },
      ],
      ...{ ipcMode: 'private', cgroupnsMode: undefined, noNewPrivileges: true },
      seccomp: { name: 'builtin', profile: 'default' },
    });
    const file = {
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 1, Hard: 2 } },
      'default-ipc-mode': 'shareable',
      'default-cgroupns-mode': 'host',
      'seccomp-profile': 'unconfined',
    };
    expect(configure(file).defaults).toEqual({
      ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
      ...{ ipcMode: 'shareable', cgroupnsMode: 'host', noNewPrivileges: false },
      seccomp: { name: 'unconfined', profile: 'unconfined' },
    });
  });

  const refused: [flag: string, message: string][] = [
    ['--default-ulimit=x=1', 'default-ulimits: invalid ulimit type: x'],
    [
      '--default-ulimit=nofile=9:1',
      'default-ulimits: nofile: soft limit must be less than or equal to hard limit: 9 > 1',
    ],
    ['--default-ipc-mode=host', 'invalid default-ipc-mode: host: use one of private, shareable'],
    ['--seccomp-profile=/nope', 'opening seccomp profile (/nope) failed: open /nope: no such file or directory'],
    ['--exec-opt=native.cgroupdriver=systemd', 'exec-opts: native.cgroupdriver=systemd is not supported: '],
    ['--exec-opt=x=y', 'exec-opts: invalid setting: x=y'],
    ['--selinux-enabled', 'selinux-enabled: there is no SELinux labelling'],
    ['--cpu-rt-runtime=5', 'cpu-rt-runtime: real-time scheduling of containers is not supported'],
    ['--host-gateway-ip=x', 'host-gateway-ips: x is not an IP address'],
    ['--metrics-addr=x', 'metrics-addr: x: expected host:port'],
  ];
  for (const [flag, message] of refused) {
    test(`refused: ${flag}`, () => expect(asFlags(flag)).toStartWith(`invalid: ${message}`));
  }
});
