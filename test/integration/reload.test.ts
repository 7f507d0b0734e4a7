// SIGHUP: the daemon takes over what it can, and keeps what it had when the file is wrong.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
let initial: Record<string, unknown>;

beforeAll(async () => {
  daemon = await TestDaemon.start({ labels: ['site=one'] });
  initial = JSON.parse(readFileSync(daemon.places.configFile, 'utf8'));
  engine = new Engine(daemon);
  await engine.loadBusybox();
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose](), 60_000);

/** Writes daemon.json, sends the signal, and waits for what the log then says. */
async function reload(file: Record<string, unknown> | string): Promise<string> {
  writeFileSync(daemon.places.configFile, typeof file === 'string' ? file : JSON.stringify({ ...initial, ...file }));
  const before = readFileSync(daemon.places.logFile, 'utf8').length;
  process.kill(daemon.pid, 'SIGHUP');
  const news = () => readFileSync(daemon.places.logFile, 'utf8').slice(before);
  await eventually('the reload is logged', async () => /configuration (not )?reloaded/.test(news()));
  return news();
}

test('labels, logging and the defaults of new containers must change, others wait for a restart', async () => {
  const old = await engine.create('true');
  const since = Math.floor(Date.now() / 1000) - 1;
  const log = await reload({
    ...{ labels: ['site=two'], 'log-opts': { 'max-size': '1m' }, 'default-shm-size': '8m', mtu: 1400 },
    ...{ runtimes: { second: { path: 'runc' } }, features: { buildkit: false }, 'default-ipc-mode': 'shareable' },
  });
  expect(log).toContain('configuration reloaded');
  expect(log).toMatch(/changes that need a restart.*keys=mtu/);
  const info = await engine.client.call('SystemInfo');
  expect(info.Labels).toEqual(['site=two']);
  expect((await engine.client.stream('SystemPing')).headers['builder-version']).toBe('1');
  expect(Object.keys(info.Runtimes ?? {})).toContain('second');
  const id = await engine.run('df -k /dev/shm | tail -1', { HostConfig: { Runtime: 'second' } });
  expect(await engine.wait(id)).toBe(0);
  expect(await engine.logs(id)).toMatch(/ 8192 /);
  expect((await engine.inspect(id)).HostConfig?.LogConfig).toEqual({ Type: 'json-file', Config: { 'max-size': '1m' } });
  expect((await engine.inspect(old)).HostConfig?.LogConfig).toEqual({ Type: 'json-file', Config: {} });
  const until = Math.floor(Date.now() / 1000) + 1;
  const events = await engine.client.stream('SystemEvents', {
    query: { since: String(since), until: String(until), filters: { type: ['daemon'] } },
  });
  for await (const event of events.lines()) {
    expect(event).toMatchObject({
      Type: 'daemon',
      Action: 'reload',
      Actor: {
        Attributes: {
          ...{ labels: '["site=two"]', features: 'map[buildkit:false]', 'default-ipc-mode': 'shareable' },
          'default-cgroupns-mode': expect.stringMatching(/^(host|private)$/),
        },
      },
    });
    break;
  }
  for (const container of [old, id]) await engine.remove(container);
}, 60_000);

test('a key that is gone, or null, must be back at its default', async () => {
  await reload({ 'default-shm-size': null, 'max-concurrent-uploads': null });
  const info = await engine.client.call('SystemInfo');
  expect(info.Labels).toEqual(['site=one']);
  expect((await engine.client.stream('SystemPing')).headers['builder-version']).toBe('2');
  expect(Object.keys(info.Runtimes ?? {})).not.toContain('second');
});

test('a mistake must change nothing, and be told', async () => {
  const wrong: [file: Record<string, unknown> | string, why: string][] = [
    ['{', 'unable to configure the daemon with file'],
    [{ labels: ['nothing'] }, 'bad attribute format: nothing: expected key=value'],
    [{ labels: ['site=three'], debug: true }, 'specified both as a flag and in the configuration file: debug'],
    [{ labels: ['site=three'], 'log-driver': 'nope' }, 'nope'],
    [{ labels: ['site=three'], 'default-runtime': 'nope' }, 'nope'],
  ];
  for (const [file, why] of wrong) {
    const log = await reload(file);
    expect(log).toContain('configuration not reloaded');
    expect(log).toContain(why);
    expect((await engine.client.call('SystemInfo')).Labels).toEqual(['site=one']);
  }
});

test('debug must change where no flag says it', async () => {
  const command = daemon.command().filter(word => word !== '--debug');
  await daemon.stop();
  writeFileSync(daemon.places.configFile, JSON.stringify(initial));
  daemon.command = () => command;
  await daemon.start();
  expect((await engine.client.call('SystemInfo')).Debug).toBe(false);
  await reload({ debug: true });
  expect((await engine.client.call('SystemInfo')).Debug).toBe(true);
  expect(daemon.log()).toContain('level=debug');
}, 60_000);
