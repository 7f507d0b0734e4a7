// The leak check itself: it must see each kind of thing that a container can leave behind.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { runOk } from '../run.ts';
import type { DaemonPlaces } from './daemon-places.ts';
import { clearRemains, expectNothingLeft, listRemains } from './remains.ts';

let places: DaemonPlaces;
beforeAll(async () => {
  const root = mkdtempSync('/tmp/bt-leak-');
  const name = root.slice(-6);
  places = {
    root,
    dataRoot: join(root, 'data'),
    execRoot: join(root, 'exec'),
    socket: '',
    pidFile: '',
    logFile: '',
    configFile: '',
    bridge: `bl${name}`,
    bip: '',
    table: `berth-bl${name}`,
    cgroupParent: `/berth-test-${name}`,
  };
  for (const folder of ['exec/c', 'exec/netns', 'data/rw']) mkdirSync(join(root, folder), { recursive: true });
  await runOk(['ip', 'link', 'add', places.bridge, 'type', 'bridge']);
  await runOk(['nft', `add table ip ${places.table}; add set ip ${places.table} ports { type inet_service; }`]);
});
afterAll(async () => {
  await clearRemains(places);
  rmSync(places.root, { recursive: true });
});

/** Makes something, expects exactly one new entry that says so, removes it, expects none. */
async function sees(entry: RegExp, make: () => unknown, remove: () => unknown): Promise<void> {
  const before = await listRemains(places, process.pid);
  await make();
  try {
    const added = [...(await listRemains(places, process.pid))].filter(one => !before.has(one));
    expect(added.filter(one => entry.test(one))).toHaveLength(1);
  } finally {
    await remove();
  }
  await expectNothingLeft(places, process.pid, before);
}

test('a mount', async () => {
  const target = join(places.root, 'data', 'rw');
  await sees(
    /^mount \//,
    () => runOk(['mount', '-t', 'tmpfs', 'none', target]),
    () => runOk(['umount', target]),
  );
});

test('a monitor', async () => {
  let child: Bun.Subprocess | undefined;
  const make = async () => {
    writeFileSync(join(places.root, 'log'), '');
    child = Bun.spawn(['bash', '-c', 'exec -a /usr/bin/conmon tail -f "$0"', join(places.root, 'log')]);
    const command = `/proc/${child.pid}/cmdline`;
    await eventually('bash became the monitor', () => readFileSync(command, 'utf8').startsWith('/usr/bin/conmon\0'));
  };
  await sees(/^process \d+ \/usr\/bin\/conmon/, make, async () => {
    child?.kill('SIGKILL');
    await child?.exited;
  });
});

test('a cgroup', async () => {
  const root = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
  const path = join(root, places.cgroupParent, 'leaf');
  await sees(
    /^cgroup .*leaf/,
    () => mkdirSync(path, { recursive: true }),
    async () => {
      await runOk(['rmdir', path]);
      await runOk(['rmdir', join(path, '..')]);
    },
  );
});

test('a link on the bridge', async () => {
  const link = `v${places.bridge}`.slice(0, 14);
  const make = async () => {
    await runOk(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', `w${link}`.slice(0, 14)]);
    await runOk(['ip', 'link', 'set', link, 'master', places.bridge]);
  };
  await sees(/^link /, make, () => runOk(['ip', 'link', 'delete', link]));
});

test('an element of a firewall set', async () => {
  const element = `element ip ${places.table} ports { 8080 }`;
  await sees(
    /^nft .*8080/,
    () => runOk(['nft', `add ${element}`]),
    () => runOk(['nft', `delete ${element}`]),
  );
});

test('a file of a container, and a layer', async () => {
  const [pin, layer] = [join(places.execRoot, 'netns', '0123456789ab'), join(places.dataRoot, 'rw', '7')];
  await sees(
    /^file .*0123456789ab/,
    () => writeFileSync(pin, ''),
    () => rmSync(pin),
  );
  await sees(
    /^file .*rw\/7/,
    () => mkdirSync(layer),
    () => rmSync(layer, { recursive: true }),
  );
});

test('a volume, and a file that the daemon has open', async () => {
  const volume = join(places.dataRoot, 'volumes', 'left');
  await sees(
    /^file .*volumes\/left/,
    () => mkdirSync(volume, { recursive: true }),
    () => rmSync(join(volume, '..'), { recursive: true }),
  );
  let descriptor = -1;
  await sees(
    /^descriptor .*held/,
    () => {
      descriptor = openSync(join(places.root, 'held'), 'w');
    },
    () => closeSync(descriptor),
  );
});
