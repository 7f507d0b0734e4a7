// Socket activation, with this test in systemd's place: it holds the sockets, and starts the service with them.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeCertificates } from '../support/certificates.ts';
import { TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { type ListeningSocket, listeningSocket } from '../support/daemons/listening-socket.ts';
import { eventually } from '../support/eventually.ts';
import { run } from '../support/run.ts';

let daemon: TestDaemon;
let sockets: ListeningSocket[] = [];
let child: Bun.Subprocess | undefined;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await new Engine(daemon).loadBusybox();
  await daemon.stop();
  rmSync(daemon.places.socket, { force: true });
  sockets = [listeningSocket(daemon.places.socket), listeningSocket()];
}, 60_000);

afterAll(async () => {
  if (child && child.exitCode === null && child.signalCode === null) await end('SIGTERM');
  for (const socket of sockets) socket[Symbol.dispose]();
  await daemon[Symbol.asyncDispose]();
}, 60_000);

/** As systemd does: the sockets from 3 on, and the variables that say for whom they are. */
function activated(...more: string[]): string[] {
  const command = daemon.command().map(word => (word === daemon.host ? 'fd://' : word));
  return ['sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...command, ...more];
}

function start(...more: string[]): Bun.Subprocess {
  const log = openSync(daemon.places.logFile, 'a');
  const descriptors = sockets.map(socket => socket.descriptor);
  const env = { ...process.env, LISTEN_FDS: String(descriptors.length), LISTEN_FDNAMES: 'api:port' };
  child = Bun.spawn(activated(...more), { stdio: ['ignore', log, log, ...descriptors], env });
  closeSync(log);
  return child;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  child?.kill(signal);
  await child?.exited;
}

/** Inodes of the sockets that were handed over. */
const inodes = () => sockets.map(socket => readlinkSync(`/proc/self/fd/${socket.descriptor}`));

/** Processes and files end while they are looked at. */
function ifThere<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

function openedBy(pid: string): string[] {
  const names = ifThere(() => readdirSync(`/proc/${pid}/fd`), []);
  return names.map(name => ifThere(() => readlinkSync(`/proc/${pid}/fd/${name}`), ''));
}

test('a request that came before the daemon must be answered by it, on every socket', async () => {
  const early = fetch('http://berth/_ping', { unix: daemon.places.socket });
  const { pid } = start();
  expect(await (await early).text()).toBe('OK');
  expect(await (await fetch(`http://127.0.0.1:${sockets[1]?.port}/_ping`)).text()).toBe('OK');
  expect(readFileSync(daemon.places.pidFile, 'utf8')).toBe(String(pid));
}, 60_000);

test('the sockets must be inherited no further', async () => {
  const engine = new Engine(daemon);
  const id = await engine.run('env; exec sleep 1000', {}, 'kept');
  expect(await engine.logs(id)).not.toContain('LISTEN_');
  const holders = () =>
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(pid => openedBy(pid).some(target => inodes().includes(target)));
  const ours = [String(process.pid), String(child?.pid)].sort();
  // A process has them between its fork and its exec.
  await eventually('nobody else has them', () => isDeepStrictEqual(holders().sort(), ours));
}, 60_000);

test('after a crash the next daemon must serve the same sockets and the same containers', async () => {
  await end('SIGKILL');
  const early = fetch('http://berth/containers/json', { unix: daemon.places.socket });
  start();
  const [container] = (await (await early).json()) as { Names: string[]; State: string }[];
  expect(container).toMatchObject({ Names: ['/kept'], State: 'running' });
  await new Engine(daemon).remove('kept');
}, 60_000);

test('stopping must leave the socket where it is', async () => {
  await end('SIGTERM');
  expect(child?.exitCode).toBe(0);
  expect(existsSync(daemon.places.socket)).toBe(true);
}, 60_000);

test('with certificates a handed-over port must be encrypted, a unix socket not', async () => {
  const { server, client } = await makeCertificates(daemon.places.root);
  start('--tlsverify', '--tlscacert', server.ca, '--tlscert', server.cert, '--tlskey', server.key);
  await eventually('the daemon answers', async () => await daemon.ping());
  const [ca, cert, key] = [client.ca, client.cert, client.key].map(path => readFileSync(path, 'utf8'));
  const url = `127.0.0.1:${sockets[1]?.port}/_ping`;
  expect(await (await fetch(`https://${url}`, { tls: { ca, cert, key } })).text()).toBe('OK');
  // Its answer may be lost when it hangs up.
  const plain = await fetch(`http://${url}`).catch(() => undefined);
  expect(plain?.status ?? 400).toBe(400);
  await end('SIGTERM');
}, 60_000);

test('sockets of another process must not be taken', async () => {
  const command = daemon.command().map(word => (word === daemon.host ? 'fd://' : word));
  const { code, stderr } = await run(command, { env: { LISTEN_PID: '1', LISTEN_FDS: '1' }, timeoutMs: 20_000 });
  expect(code).toBe(1);
  expect(stderr).toContain('no sockets found via socket activation: make sure the service was started by systemd');
}, 60_000);

test('the units must say what containers depend on', () => {
  const unit = (name: string) => readFileSync(join(import.meta.dir, '..', '..', 'packaging', 'systemd', name), 'utf8');
  const service = unit('berth.service').split('\n');
  for (const line of ['KillMode=process', 'Delegate=yes', 'Restart=always', 'ExecReload=/bin/kill -s HUP $MAINPID']) {
    expect(service).toContain(line);
  }
  expect(service.find(line => line.startsWith('ExecStart='))).toEndWith('berth daemon -H fd://');
  expect(unit('berth.socket').split('\n')).toContain('ListenStream=/run/berth/berth.sock');
});
