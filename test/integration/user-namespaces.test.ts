// Users of containers are others on the host: files, network, copies, images, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostConfig } from '../../src/api/types/container-config.ts';
import { TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { type PrivateAccounts, privateAccounts } from '../support/daemons/private-accounts.ts';
import { eventually } from '../support/eventually.ts';

const first = 231_072;
let accounts: PrivateAccounts;
let daemon: TestDaemon;
let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-userns-'));
  accounts = await privateAccounts(`nobody:${first}:65536`);
  daemon = await TestDaemon.start({ 'userns-remap': 'default' }, accounts.prefix);
  engine = new Engine(daemon);
  await engine.loadBusybox();
}, 60_000);
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await accounts[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Root of the containers: `default` takes the ids behind those that are taken. */
const root = first + 65_536;

/** What a script prints, in a container that is gone afterwards. */
async function output(script: string, host: HostConfig = {}, image = 'busybox'): Promise<string> {
  const id = await engine.run(script, { Image: image, HostConfig: host });
  await engine.wait(id);
  const text = await engine.logs(id);
  await engine.remove(id);
  return text.trim();
}

/** A container that has run the script and goes on. */
async function prepared(script: string, host: HostConfig = {}): Promise<string> {
  const id = await engine.run(`${script}; echo ready; exec sleep 1000`, { HostConfig: host });
  await eventually('it is ready', async () => (await engine.logs(id)).includes('ready'));
  return id;
}

async function refusal(host: HostConfig): Promise<string> {
  return await engine.create('true', { HostConfig: host }).then(
    () => 'created',
    error => error.message,
  );
}

/** What tar says of an archive. */
async function listing(archive: AsyncIterable<Uint8Array>): Promise<string> {
  const stdin = Buffer.concat(await Array.fromAsync(archive));
  return await new Response(Bun.spawn(['tar', '-tv', '--numeric-owner'], { stdin }).stdout).text();
}

const owner = (path: string) => {
  const { uid, gid } = lstatSync(path);
  return `${uid}:${gid}`;
};

test('default makes an account with ids of its own, and the engine says so', async () => {
  expect(await accounts.read('/etc/subuid')).toContain(`dockremap:${root}:65536`);
  const info = await engine.client.call('SystemInfo', {});
  expect(info.SecurityOptions).toContain('name=userns');
  expect(info.DockerRootDir).toBe(join(daemon.places.dataRoot, `${root}.${root}`));
});

test('root inside is nobody special outside, and the image is root’s inside', async () => {
  const id = await prepared('cat /proc/self/uid_map; stat -c %u:%g / /bin/ls /etc/hosts /etc/resolv.conf /dev/shm');
  const lines = (await engine.logs(id)).split('\n').map(line => line.trim().replace(/\s+/g, ' '));
  expect(lines.slice(0, 6)).toEqual([`0 ${root} 65536`, '0:0', '0:0', '0:0', '0:0', '0:0']);
  const { State: state } = await engine.inspect(id);
  expect(statSync(`/proc/${state?.Pid}`).uid).toBe(root);
  expect(owner('/dev/null')).toBe('0:0');
  await engine.remove(id);
});

test('what is written to a volume or a bind mount belongs to the remapped users', async () => {
  const source = join(folder, 'made', 'deep');
  const id = await prepared('touch /v/a /b/a; chown 5:6 /v/a; chown 1000 /b/a', {
    Binds: ['userns-volume:/v', `${source}:/b`],
  });
  const volume = (await engine.client.call('VolumeInspect', { path: { name: 'userns-volume' } })).Mountpoint as string;
  expect([volume, join(volume, 'a'), source, join(folder, 'made'), join(source, 'a')].map(owner)).toEqual([
    `${root}:${root}`,
    `${root + 5}:${root + 6}`,
    `${root}:${root}`,
    `${root}:${root}`,
    `${root + 1000}:${root}`,
  ]);
  await engine.remove(id);
  expect(await output('stat -c %u:%g /v/a', { Binds: ['userns-volume:/v'], UsernsMode: 'host' })).toBe(
    `${root + 5}:${root + 6}`,
  );
});

test('a volume is filled with the owners of the image', async () => {
  const id = await prepared('mkdir /filled; touch /filled/x; chown 7:8 /filled/x /filled');
  await engine.client.call('ImageCommit', { query: { container: id, repo: 'userns-filled' } } as never);
  await engine.remove(id);
  const script = 'stat -c %u:%g /filled /filled/x';
  for (const host of [{ Binds: ['userns-filled:/filled'] }, { UsernsMode: 'host' }]) {
    expect(await output(script, host, 'userns-filled')).toBe('7:8\n7:8');
  }
});

test('archives, exports and images have the ids of the container', async () => {
  const id = await prepared('touch /a; chown 33:34 /a; rm /bin/wc');
  const list = async (operation: 'ContainerArchive' | 'ContainerExport') => {
    const { body } = await engine.client.stream(operation, { path: { id }, query: { path: '/a' } } as never);
    return await listing(body);
  };
  expect(await list('ContainerArchive')).toContain('33/34');
  expect(await list('ContainerExport')).toMatch(/ 33\/34 .* a$/m);
  const archive = await new Response(
    Bun.spawn(['tar', '-c', '--owner=11', '--group=12', '-C', '/etc', 'hostname']).stdout,
  ).bytes();
  await engine.client.call('PutContainerArchive', { path: { id }, query: { path: '/tmp' }, body: archive } as never);
  const changes = await engine.client.call('ContainerChanges', { path: { id } });
  expect(changes?.map(change => change.Path).sort()).toEqual(['/a', '/bin', '/bin/wc', '/tmp', '/tmp/hostname']);
  await engine.client.call('ImageCommit', { query: { container: id, repo: 'userns-changed' } } as never);
  await engine.remove(id);
  const script = 'stat -c %u:%g /a /tmp/hostname; ls /bin/wc 2>&1';
  for (const UsernsMode of ['', 'host']) {
    expect(await output(script, { UsernsMode }, 'userns-changed')).toMatch(/^33:34\n11:12\nls: .*No such file/);
  }
});

describe('namespaces', () => {
  test('the network belongs to the container', async () => {
    const script = 'ip addr add 10.9.9.9/32 dev eth0 && ip -4 addr show eth0 | grep -c inet';
    expect(await output(script, { CapAdd: ['NET_ADMIN'] })).toBe('2');
    expect(await output('cat /proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('0');
    expect(await output('ip link show lo | grep -c UP', { NetworkMode: 'none' })).toBe('1');
  });

  test('of another container are joined together with its users', async () => {
    const id = await prepared('true');
    const joined = { NetworkMode: `container:${id}`, PidMode: `container:${id}` };
    const same = '[ "$(readlink /proc/1/ns/user)" = "$(readlink /proc/self/ns/user)" ] && echo same';
    expect(await output(same, joined)).toBe('same');
    await engine.remove(id);
  });

  test('of the host are refused, unless its users come with them', async () => {
    expect(await refusal({ Privileged: true })).toBe(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    );
    expect(await refusal({ NetworkMode: 'host' })).toBe(
      "cannot share the host's network namespace when user namespaces are enabled",
    );
    expect(await refusal({ PidMode: 'host' })).toBe(
      'cannot share the host PID namespace when user namespaces are enabled',
    );
    const host = { UsernsMode: 'host', Privileged: true, NetworkMode: 'host', PidMode: 'host' };
    expect(await output('cat /proc/self/uid_map; stat -c %u:%g /bin/ls', host)).toMatch(/^0 +0 +4294967295\n0:0$/);
  });
});

/** What the steps of a build print; the context is `folder`. */
async function build(dockerfile: string): Promise<string> {
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  const body = await new Response(Bun.spawn(['tar', '-c', '-C', folder, '.']).stdout).bytes();
  const answer = await engine.client.stream('ImageBuild', { query: { t: ['built'], version: '1' }, body });
  const lines = (await Array.fromAsync(answer.lines())) as { stream?: string; error?: string }[];
  return lines.map(({ stream = '', error = '' }) => stream + error).join('');
}

test('steps of a build have the users of containers', async () => {
  writeFileSync(join(folder, 'mine'), 'private', { mode: 0o600 });
  const said = await build(`
    FROM busybox
    COPY mine /copied
    RUN cat /proc/self/uid_map && stat -c %u:%g /copied /bin /etc/hosts && cat /copied && chown 7:8 /copied
    RUN --mount=type=bind,target=/context cat /context/mine
    RUN --mount=type=cache,target=/cache,uid=5 stat -c cache-%u /cache && touch /cache/x
    RUN ip route | grep -o default`);
  expect(said.replace(/ +/g, ' ')).toContain(` 0 ${root} 65536\n0:0\n0:0\n0:0\nprivate`);
  expect(said.match(/private/g)?.length).toBe(2);
  expect(said).toContain('cache-5\n');
  expect(said).toContain('default\n');
  expect(said).toContain('Successfully tagged built');
  expect(await output('stat -c %u:%g /copied', {}, 'built')).toBe('7:8');
}, 60_000);

test('containers outlive the daemon, and a stopped one starts again', async () => {
  const id = await prepared('touch /kept; chown 9:9 /kept');
  await daemon.kill();
  await daemon.start();
  expect((await engine.inspect(id)).State?.Running).toBe(true);
  await engine.client.call('ContainerRestart', { path: { id }, query: { t: 0 } });
  const { body } = await engine.client.stream('ContainerArchive', { path: { id }, query: { path: '/kept' } });
  expect(await listing(body)).toContain('9/9');
  await engine.remove(id);
});

test('users are not remapped, or back, over the heads of running containers', async () => {
  const id = await prepared('true');
  await daemon.stop();
  const config = JSON.parse(readFileSync(daemon.places.configFile, 'utf8'));
  writeFileSync(daemon.places.configFile, JSON.stringify({ ...config, 'userns-remap': '' }));
  await expect(daemon.start()).rejects.toThrow(/containers of .* are running/);
  writeFileSync(daemon.places.configFile, JSON.stringify(config));
  await daemon.start();
  expect((await engine.inspect(id)).State?.Running).toBe(true);
  await engine.remove(id);
});
