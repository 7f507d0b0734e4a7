// What is shown of containers: ps with its filters and status line, inspect, and logs.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import type { Filters } from '../../../api/codecs.ts';
import type { ContainerState } from '../../../api/types/containers.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { pauseContainer } from '../lifecycle/pause.ts';
import { Container, type ContainerRecord, zeroTime } from '../state/container.ts';
import { hasLabel, parseTime } from './filter.ts';
import { inspectContainer } from './inspect.ts';
import { listContainers } from './list.ts';
import { type LogOptions, parseNanoseconds, readLogs } from './logs.ts';
import { describeStatus } from './status.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

describe('the status line', () => {
  const now = Date.parse('2024-01-01T01:00:00Z');
  const earlier = '2024-01-01T00:55:00Z';
  const table: [state: Partial<ContainerState>, text: string][] = [
    [{ StartedAt: zeroTime }, 'Created'],
    [{ Running: true, StartedAt: earlier }, 'Up 5 minutes'],
    [{ Running: true, Paused: true, StartedAt: earlier }, 'Up 5 minutes (Paused)'],
    [{ Running: true, Restarting: true, ExitCode: 3, FinishedAt: earlier }, 'Restarting (3) 5 minutes ago'],
    [{ StartedAt: earlier, FinishedAt: earlier, ExitCode: 137 }, 'Exited (137) 5 minutes ago'],
    [{ StartedAt: earlier, FinishedAt: earlier, Dead: true }, 'Dead'],
    [{ Running: true, StartedAt: '2024-01-01T01:00:01Z' }, 'Up Less than a second'],
  ];
  for (const [state, text] of table) {
    test(text, () => {
      const container = new Container({ id: 'x', state } as unknown as ContainerRecord, '/nowhere');
      expect(describeStatus(container, now)).toBe(text);
    });
  }
});

describe('ps', () => {
  beforeEach(async () => {
    await own.create({ Labels: { tier: 'back' }, ExposedPorts: { '80/tcp': {} } }, 'created');
    const { container: ended } = await own.run({ HostConfig: { Binds: ['data:/data'] } }, 'ended');
    await own.exit(ended, 3);
    await own.run(
      {
        Labels: { tier: 'front', toString: 'x' },
        ExposedPorts: { '80/tcp': {} },
        HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '8080' }], '81/tcp': [{ HostPort: '8081' }] } },
      },
      'running',
    );
    await own.run({ HostConfig: { NetworkMode: 'none' } }, 'paused');
    await pauseContainer(own.engine, 'paused');
    let second = 0;
    for (const name of ['created', 'ended', 'running', 'paused']) {
      own.engine.containers.get(name).record.created = `2024-01-01T00:00:0${second++}Z`;
    }
  });

  const names = async (options: Parameters<typeof listContainers>[1]) =>
    (await listContainers(own.engine, options)).map(({ Names }) => Names?.[0]?.slice(1));

  test('shows running ones, or all, or the youngest', async () => {
    expect(await names({})).toEqual(['paused', 'running']);
    expect(await names({ all: true })).toEqual(['paused', 'running', 'ended', 'created']);
    expect(await names({ limit: 3 })).toEqual(['paused', 'running', 'ended']);
  });

  const table: [filters: Filters, found: string[]][] = [
    [{ status: ['created', 'exited'] }, ['ended', 'created']],
    [{ status: ['paused'] }, ['paused']],
    [{ exited: ['3'] }, []],
    [{ exited: ['3'], status: ['exited'] }, ['ended']],
    [{ exited: ['0'] }, []],
    [{ name: ['^run', 'create'] }, ['running']],
    [{ label: ['tier'] }, ['running']],
    [{ label: ['tier=back'], status: ['created'] }, ['created']],
    [{ label: ['constructor'] }, []],
    [{ ancestor: ['app'] }, ['paused', 'running']],
    [{ ancestor: ['nobody'] }, []],
    [{ before: ['ended'] }, []],
    [{ before: ['paused'] }, ['running']],
    [{ since: ['ended'] }, ['paused', 'running']],
    [{ volume: ['data'], status: ['exited'] }, ['ended']],
    [{ network: ['none'] }, ['paused']],
    [{ publish: ['80'] }, []],
    [{ publish: ['8000-9000'] }, ['running']],
    [{ publish: ['8000-9000/udp'] }, []],
    [{ publish: ['80'], expose: ['70-90/tcp'] }, ['running']],
    [{ expose: ['70-90/tcp'], status: ['created'] }, []],
    [{ health: ['none'] }, ['paused', 'running']],
    [{ 'is-task': ['true'] }, []],
  ];
  for (const [filters, found] of table) {
    test(JSON.stringify(filters), async () => expect(await names({ filters })).toEqual(found));
  }

  test('ancestors are images of now: those made from them count, names that are gone do not', async () => {
    const app = own.images.get('app');
    const child = own.images.put('child:latest', {});
    child.parent = app.id;
    own.engine.containers.get('running').record.imageId = child.id;
    expect(await names({ filters: { ancestor: ['app'] } })).toEqual(['paused', 'running']);
    expect(await names({ filters: { ancestor: ['child'] } })).toEqual(['running']);
    app.tags.splice(0);
    expect(await names({ filters: { ancestor: ['app'] } })).toEqual([]);
  });

  const refused: [filters: Filters, message: string][] = [
    [{ what: ['x'] }, "invalid: invalid filter 'what'"],
    [{ constructor: ['x'] }, "invalid: invalid filter 'constructor'"],
    [
      { status: ['gone'] },
      "invalid: invalid filter 'status=gone': invalid value for state (gone): must be one of created, running, paused, restarting, removing, exited, dead",
    ],
    [{ exited: ['x'] }, `invalid: invalid filter 'exited=x': strconv.Atoi: parsing "x": invalid syntax`],
    [{ since: ['nobody'] }, 'not-found: No such container: nobody'],
    [{ publish: ['x'] }, 'invalid: invalid port specification: "x"'],
  ];
  for (const [filters, message] of refused) {
    test(`refused: ${JSON.stringify(filters)}`, async () => {
      expect(await outcome(() => listContainers(own.engine, { filters: { ...filters } }))).toBe(message);
    });
  }

  test('shows ports, command and image', async () => {
    const [, running] = await listContainers(own.engine, {});
    expect(running).toMatchObject({
      Image: 'app',
      Command: 'run',
      State: 'running',
      Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
    });
  });
});

describe('inspect', () => {
  test('shows what runs, with its place on the network', async () => {
    const { container } = await own.run({ HostConfig: { Binds: ['data:/data:ro'], Tmpfs: { '/tmp': '' } } }, 'web');
    const seen = await inspectContainer(own.engine, 'web', { size: true });
    expect(seen).toMatchObject({
      ...{ Id: container.id, Name: '/web', Path: 'run', Driver: 'overlay2', RestartCount: 0, ExecIDs: null },
      ...{ SizeRw: 42, SizeRootFs: 1042, HostnamePath: container.file('hostname') },
      State: { Status: 'running', Running: true, Pid: 1000 },
      Mounts: [{ Type: 'volume', Name: 'data', Destination: '/data', RW: false, Mode: 'ro' }],
    });
    expect(seen.NetworkSettings?.IPAddress).toBe('172.17.0.2');
    expect(seen.NetworkSettings?.Networks?.bridge?.Gateway).toBe('172.17.0.1');
    await own.exit(container, 0);
    expect((await inspectContainer(own.engine, 'web')).NetworkSettings?.IPAddress).toBe('');
  });

  test('finds by id, by its beginning and by name, and refuses what is not one', async () => {
    const { id } = await own.create({}, 'web');
    const found = async (reference: string) => (await inspectContainer(own.engine, reference)).Id;
    for (const reference of [id, id.slice(0, 12), id.slice(0, 20), id.slice(0, 3), 'web', '/web']) {
      expect(await found(reference)).toBe(id);
    }
    expect(await outcome(() => found(`${id.slice(0, 12)}zzz`))).toMatch(/^not-found: No such container: /);
    expect(await outcome(() => found(''))).toBe('not-found: No such container: ');
  });

  test('refuses a beginning that several ids have', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 17; i++) ids.push((await own.create()).id);
    const shared = [...'0123456789abcdef'].find(digit => ids.filter(id => id.startsWith(digit)).length > 1)!;
    expect(await outcome(() => inspectContainer(own.engine, shared))).toBe(
      `invalid: Multiple IDs found with provided prefix: ${shared}`,
    );
  });
});

describe('logs', () => {
  const lines = [
    '2024-01-01T00:00:01.000000001+00:00 stdout F one',
    '2024-01-01T00:00:02.000000000+00:00 stderr F two',
    '2024-01-01T00:00:03.000000000+00:00 stdout F three',
  ];

  async function read(options: LogOptions): Promise<string[]> {
    const container = own.engine.containers.find('web') ?? (await own.create({}, 'web'));
    const { containerId, driver } = { containerId: container.id, driver: 'json-file' };
    const sink = own.engine.logs.open({ containerId, driver, options: {}, directory: container.directory });
    writeFileSync(sink.path!, `${lines.join('\n')}\n`);
    const { stream } = readLogs(own.engine, 'web', options, new AbortController().signal);
    const frames: string[] = [];
    for await (const frame of stream) frames.push(`${frame.stream}: ${Buffer.from(frame.data)}`.trimEnd());
    return frames;
  }
  const both = { stdout: true, stderr: true };
  const start = Date.parse('2024-01-01T00:00:00Z') / 1000;

  const table: [options: LogOptions, frames: string[]][] = [
    [both, ['stdout: one', 'stderr: two', 'stdout: three']],
    [{ stdout: true }, ['stdout: one\nthree']],
    [{ ...both, tail: '1' }, ['stdout: three']],
    [{ ...both, tail: '0' }, []],
    [{ stderr: true, tail: 'all' }, ['stderr: two']],
    [{ ...both, since: String(start + 2) }, ['stderr: two', 'stdout: three']],
    [{ ...both, until: `${start + 1}.000000001` }, ['stdout: one']],
    [{ stderr: true, timestamps: true }, ['stderr: 2024-01-01T00:00:02.000000000Z two']],
  ];
  for (const [options, frames] of table) {
    test(JSON.stringify(options), async () => expect(await read(options)).toEqual(frames));
  }

  test('are refused without a stream, with a bad time, and where none are kept', async () => {
    expect(await outcome(() => read({}))).toBe('invalid: Bad parameters: you must choose at least one stream');
    expect(await outcome(() => read({ ...both, since: 'x' }))).toMatch(/^invalid: /);
    await own.create({ HostConfig: { LogConfig: { Type: 'none', Config: {} } } }, 'silent');
    const none = () => readLogs(own.engine, 'silent', both, new AbortController().signal);
    expect(await outcome(none)).toBe('not-implemented: configured logging driver does not support reading');
  });

  test('that are followed end with the container, and leave no listener when the reader goes first', async () => {
    const { container } = await own.run({}, 'web');
    const reader = new AbortController();
    const follow = (signal: AbortSignal) => readLogs(own.engine, 'web', { ...both, follow: true }, signal).stream;
    const drain = async (signal: AbortSignal) => {
      for await (const _ of follow(signal));
    };
    const [left, stayed] = [drain(reader.signal).catch(() => {}), drain(new AbortController().signal)];
    reader.abort();
    await left;
    await own.exit(container, 0);
    await stayed;
  });

  test('times have nanoseconds', () => {
    expect(parseNanoseconds('1.5')).toBe(1_500_000_000n);
    expect(parseNanoseconds('1.000000001')).toBe(1_000_000_001n);
    expect([parseNanoseconds(''), parseNanoseconds('0'), parseNanoseconds(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('labels are found by name and value, and only the own ones', () => {
  const labels = { a: '1', b: 'x=y' };
  expect(['a', 'a=1', 'b=x=y'].map(text => hasLabel(labels, text))).toEqual([true, true, true]);
  expect(['a=2', 'c', 'toString', 'constructor='].map(text => hasLabel(labels, text))).toEqual(Array(4).fill(false));
});

test('times are Unix seconds, dates, or durations ago', async () => {
  expect(parseTime('1700000000.5')).toBe(1_700_000_000_500);
  expect(parseTime('2024-01-01T00:00:00Z')).toBe(Date.parse('2024-01-01T00:00:00Z'));
  expect(parseTime('1m30s', 100_000)).toBe(10_000);
  expect(await outcome(() => parseTime('soon'))).toBe('invalid: failed to parse value as time or duration: "soon"');
});
