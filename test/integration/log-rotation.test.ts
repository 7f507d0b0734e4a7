// A log with limits keeps to them while it is written, followed, and while the daemon is away: no line between the
// first kept and the last is missing, doubled or torn.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, frameText, startEngine } from '../support/daemons/engine.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
beforeAll(async () => {
  ({ daemon, engine } = await startEngine());
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose](), 60_000);

const count = 200_000;
/** Waits for its stdin to close, so that a follower can be there first, then writes in bursts of a thousand lines. */
const bursts = `cat; i=1; while [ $i -lt ${count} ]; do seq $i $((i+999)); i=$((i+1000)); sleep 0.005; done`;

const limited = (options: Record<string, string>) => ({
  HostConfig: { LogConfig: { Type: 'json-file', Config: options } },
});

/** First and last number; throws if those between are not all there, once and in order. */
function range(text: string): [number, number] {
  const numbers = text.trimEnd().split('\n').map(Number);
  const [first = Number.NaN] = numbers;
  const wrong = numbers.findIndex((number, index) => number !== first + index);
  if (wrong !== -1) throw new Error(`${numbers[wrong]} comes after ${numbers[wrong - 1]}`);
  return [first, first + numbers.length - 1];
}

/** Names of the log's files without what they have in common, the one being written being ''. */
async function logFiles(id: string): Promise<string[]> {
  const path = (await engine.inspect(id)).LogPath ?? '';
  expect(basename(path)).toBe(`${id}-json.log`);
  const names = readdirSync(dirname(path)).filter(name => name.startsWith(basename(path)));
  // The beginning of the oldest line is not one of them.
  return names
    .map(name => name.slice(basename(path).length))
    .filter(name => !name.startsWith('.head'))
    .sort();
}

async function follow(id: string): Promise<{ text: Promise<string> }> {
  const query = { stdout: true, stderr: true, follow: true };
  const { body } = await engine.client.stream('ContainerLogs', { path: { id }, query });
  return { text: frameText(body) };
}

/** Starts `bursts`, follows them, and gives what the follower saw. */
async function followBursts(options: Record<string, string>): Promise<{ id: string; seen: string }> {
  const id = await engine.run(bursts, { OpenStdin: true, StdinOnce: true, ...limited(options) });
  const { text } = await follow(id);
  const { socket } = await engine.client.hijack('ContainerAttach', {
    path: { id },
    query: { stream: true, stdin: true },
  });
  socket.end();
  expect(await engine.wait(id)).toBe(0);
  socket.destroy();
  return { id, seen: await text };
}

test.each([
  [{ 'max-size': '100k', 'max-file': '3' }, ['', '.1', '.2']],
  [{ 'max-size': '100k', 'max-file': '3', compress: 'true' }, []],
])(
  'a log with %j must lose nothing a follower sees, and keep its end',
  async (options, files) => {
    const { id, seen } = await followBursts(options as Record<string, string>);
    expect(range(seen)).toEqual([1, count]);
    const [first, last] = range(await engine.logs(id));
    expect(first).toBeGreaterThan(1);
    expect(last).toBe(count);
    const found = await logFiles(id);
    expect(found.filter(name => !/^(\.[12](\.gz)?)?$/.test(name))).toEqual([]);
    if (files.length > 0) expect(found.filter(name => name !== '')).toEqual(files.slice(1));
    const directory = dirname((await engine.inspect(id)).LogPath ?? '');
    await engine.remove(id);
    expect(() => statSync(directory)).toThrow('ENOENT');
  },
  60_000,
);

test('a steady writer must stay near its limits, compressed files included, and tail and since must span them', async () => {
  const script = 'i=0; while :; do i=$((i+1)); echo $i; [ $((i % 200)) -ne 0 ] || sleep 0.02; done';
  const id = await engine.run(script, limited({ 'max-size': '20k', 'max-file': '4', compress: 'true' }));
  const wanted = ['', '.1.gz', '.2.gz', '.3.gz'];
  await eventually('all files are there', async () => (await logFiles(id)).join() === wanted.join());
  await eventually('its beginning is gone', async () => range(await engine.logs(id))[0] > 1);
  // What it has written is all in the log when it has ended.
  await engine.client.call('ContainerKill', { path: { id } });
  await engine.wait(id);
  const [first, last] = range(await engine.logs(id));
  const read = async (query: Record<string, unknown>) =>
    await frameText(
      (await engine.client.stream('ContainerLogs', { path: { id }, query: { stdout: true, ...query } })).body,
    );
  expect(range(await read({ tail: '900' }))).toEqual([last - 899, last]);
  const stamped = (await read({ timestamps: true })).split('\n')[300] ?? '';
  const [time = '', number = ''] = stamped.split(' ');
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  const since = range(await read({ since: `${Date.parse(`${seconds}Z`) / 1000}.${fraction}` }));
  // Lines written together share a time.
  expect(since[0]).toBeGreaterThan(first);
  expect(since[0]).toBeLessThanOrEqual(Number(number));
  expect(since[1]).toBe(last);
  await engine.remove(id);
}, 60_000);

test('a daemon that was killed must go on rotating, what grew without it included', async () => {
  const script = 'i=0; while :; do i=$((i+1)); echo $i; [ $((i % 100)) -ne 0 ] || sleep 0.01; done';
  const id = await engine.run(script, limited({ 'max-size': '50k', 'max-file': '10000' }));
  const path = (await engine.inspect(id)).LogPath ?? '';
  const rotated = () => readdirSync(dirname(path)).filter(name => name.startsWith(`${basename(path)}.`)).length;
  await eventually('it rotates', () => rotated() > 0);
  for (let round = 0; round < 3; round++) {
    await daemon.kill();
    const live = () => statSync(path, { throwIfNoEntry: false }) ?? statSync(join(`${path}.1`));
    await eventually('it grows alone', () => live().size > 200_000);
    const before = rotated();
    await daemon.start();
    await eventually('it rotates again', () => rotated() > before + 1);
  }
  await engine.client.call('ContainerKill', { path: { id } });
  await engine.wait(id);
  expect(range(await engine.logs(id))[0]).toBe(1);
  await engine.remove(id);
}, 60_000);
