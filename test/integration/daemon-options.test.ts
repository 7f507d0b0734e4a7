// Options of the daemon that change what containers get, that show what it does, and that tell a service manager.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

/** Stands for systemd: writes each message as a line. */
const manager = `
import socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
while True:
    message = manager.recv(4096).decode().replace(chr(10), ' ')
    with open(sys.argv[2], 'a') as told: print(message, file=told)
`;

let folder: string;
let listener: Bun.Subprocess;
let daemon: TestDaemon;
let engine: Engine;
let metrics: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-options-'));
  const profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
  };
  writeFileSync(join(folder, 'seccomp.json'), JSON.stringify(profile));
  listener = Bun.spawn(['python3', '-c', manager, join(folder, 'notify'), join(folder, 'told')]);
  await eventually('the manager listens', () => existsSync(join(folder, 'notify')));
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  daemon = await TestDaemon.start(
    {
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 123, Hard: 456 } },
      'default-ipc-mode': 'shareable',
      'default-cgroupns-mode': 'private',
      'no-new-privileges': true,
      'seccomp-profile': join(folder, 'seccomp.json'),
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
      'host-gateway-ips': ['10.9.8.7'],
      'metrics-addr': `127.0.0.1:${port}`,
    },
    ['env', `NOTIFY_SOCKET=${join(folder, 'notify')}`],
  );
  engine = new Engine(daemon);
  await engine.loadBusybox();
}, 60_000);
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  listener?.kill();
  rmSync(folder, { recursive: true });
}, 60_000);

const script =
  'ulimit -n; ulimit -Hn; mkdir /x 2>/dev/null && echo made; grep NoNewPrivs /proc/self/status; grep gateway /etc/hosts';

test('a container that says nothing must get the defaults, one that does its own', async () => {
  const HostConfig = { ExtraHosts: ['gateway:host-gateway'] };
  const plain = await engine.run(script, { HostConfig });
  await engine.wait(plain);
  const plainly = await engine.logs(plain);
  expect(plainly).toContain('123\n456\n');
  expect(plainly).toContain('NoNewPrivs:\t1\n10.9.8.7\tgateway\n');
  expect(plainly).not.toContain('made');
  expect((await engine.inspect(plain)).HostConfig).toMatchObject({
    ...{ IpcMode: 'shareable', CgroupnsMode: 'private', Ulimits: [] },
  });
  const own = await engine.run(script, {
    HostConfig: {
      ...{ IpcMode: 'private', Ulimits: [{ Name: 'nofile', Soft: 50, Hard: 60 }] },
      SecurityOpt: ['seccomp=unconfined', 'no-new-privileges=false'],
    },
  });
  await engine.wait(own);
  expect(await engine.logs(own)).toBe('50\n60\nmade\nNoNewPrivs:\t0\n');
  for (const id of [plain, own]) await engine.remove(id);
  expect((await engine.client.call('SystemInfo')).SecurityOptions).toEqual(
    expect.arrayContaining([`name=seccomp,profile=${join(folder, 'seccomp.json')}`, 'name=no-new-privileges']),
  );
}, 60_000);

test("Prometheus must find Docker's metrics", async () => {
  const count = async (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await scrape())?.[1]);
  const created = 'engine_daemon_container_actions_seconds_count\\{action="create"\\}';
  const stopped = 'engine_daemon_container_states_containers\\{state="stopped"\\}';
  const before = [await count(created), await count(stopped)];
  const id = await engine.create('true');
  expect([await count(created), await count(stopped)]).toEqual(before.map(value => value + 1));
  await engine.remove(id);
  expect(await count('engine_daemon_engine_memory_bytes')).toBeGreaterThan(1e8);
  expect(await count('engine_daemon_events_total')).toBeGreaterThan(0);
  expect((await fetch(metrics.replace('/metrics', '/'))).status).toBe(404);
});

async function scrape(): Promise<string> {
  const answer = await fetch(metrics);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return await answer.text();
}

test('the service manager must be told of start, reload and stop', async () => {
  const told = () => readFileSync(join(folder, 'told'), 'utf8').trim().split('\n');
  process.kill(daemon.pid, 'SIGHUP');
  await eventually('the reload is told', () => told().length === 3);
  await daemon.stop();
  await eventually('the stop is told', () => told().length === 4);
  expect(told()).toEqual(['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
}, 60_000);
