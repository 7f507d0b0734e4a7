// The mount namespace for crun, made, entered again and removed by child processes. Only on a hybrid cgroup host.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLibc } from '../libc/libc.ts';
import { ensureHybridMountNamespace, removeMountNamespace } from './hybrid-namespace.ts';
import { LinuxMounts } from './linux-mounts.ts';
import { parseMountinfo } from './mountinfo.ts';

const mounts = new LinuxMounts(openLibc());
const hybrid = mounts.list().some(entry => entry.target === '/sys/fs/cgroup/unified');
let root: string;
let pin: string;
let script: string;

/** What a daemon does at its start; `body` is what it does when ready. */
const daemon = (body: string, ...args: string[]) => {
  writeFileSync(
    script,
    `import { ensureHybridMountNamespace, removeMountNamespace } from ${JSON.stringify(join(import.meta.dir, 'hybrid-namespace.ts'))};
     import { execve } from ${JSON.stringify(join(import.meta.dir, '../processes/execve.ts'))};
     import { readFileSync, readlinkSync } from 'node:fs';
     import { spawnSync } from 'node:child_process';
     const pin = ${JSON.stringify(pin)};
     const state = ensureHybridMountNamespace({ pin });
     if (state !== 'ready') { console.log('pid', process.pid); execve(state.exec, process.env); }
     console.log('ready', process.pid);
     ${body}`,
  );
  const result = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', cwd: root });
  expect(result.stderr).toBe('');
  return result.stdout.trim().split('\n');
};

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-hybrid-');
  pin = join(root, 'exec', 'mount-namespace');
  script = join(root, 'daemon.ts');
});

afterAll(() => {
  removeMountNamespace(pin);
  rmSync(root, { recursive: true, force: true });
});

describe.skipIf(!hybrid)('on a hybrid host', () => {
  test('a daemon finds itself without the v2 tree, with its pid, arguments and folder', () => {
    const lines = daemon(
      `console.log(JSON.stringify(process.argv.slice(2)), process.cwd(), readlinkSync('/proc/self/ns/mnt'));
       console.log(readFileSync('/proc/self/mountinfo', 'utf8'));`,
      'two words',
      '',
    );
    const [before, after, facts, ...table] = lines;
    expect(after?.replace('ready', 'pid')).toBe(before!);
    expect(facts).toStartWith(`["two words",""] ${root} mnt:[`);
    const targets = parseMountinfo(table.join('\n')).map(entry => entry.target);
    expect(targets).toContain('/sys/fs/cgroup/memory');
    expect(targets).not.toContain('/sys/fs/cgroup/unified');
    expect(mounts.isMounted('/sys/fs/cgroup/unified')).toBe(true);
    expect(mounts.isMounted(pin)).toBe(true);
  });

  test('the next daemon is in the same namespace, with the mounts of the first', () => {
    const target = mkdtempSync(join(root, 'kept-'));
    const first = daemon(`spawnSync('mount', ['-t', 'tmpfs', 'left-by-the-first', ${JSON.stringify(target)}]);
      console.log(readlinkSync('/proc/self/ns/mnt')); process.kill(process.pid, 'SIGKILL');`);
    const second = daemon(`console.log(readlinkSync('/proc/self/ns/mnt'));
      console.log(readFileSync('/proc/self/mountinfo', 'utf8'));`);
    expect(second[2]).toBe(first[2]!);
    expect(second.join('\n')).toContain('left-by-the-first');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('left-by-the-first');
  });

  test('asked twice it makes one namespace, and a private mount once', () => {
    const [first, second] = [ensureHybridMountNamespace({ pin }), ensureHybridMountNamespace({ pin })];
    expect(second).toEqual(first);
    const mine = mounts.list().filter(entry => entry.target.startsWith(root));
    expect(mine.map(entry => [entry.target, entry.propagation])).toEqual([
      [join(root, 'exec'), []],
      [pin, []],
    ]);
  });

  test('it is removed from inside', () => {
    daemon('removeMountNamespace(pin);');
    expect(mounts.list().filter(entry => entry.target.startsWith(root))).toEqual([]);
    expect(existsSync(pin)).toBe(false);
    removeMountNamespace(pin);
  });

  test('file systems mounted later on the host appear, those mounted inside stay inside', () => {
    // In a namespace of its own, so that the host's mounts may be shared as systemd shares them.
    writeFileSync(
      script,
      `import { ensureHybridMountNamespace } from ${JSON.stringify(join(import.meta.dir, 'hybrid-namespace.ts'))};
       import { spawnSync } from 'node:child_process';
       const run = (...command) => spawnSync(command[0], command.slice(1), { encoding: 'utf8' }).stdout;
       const pin = ${JSON.stringify(join(root, 'shared', 'pin'))};
       ensureHybridMountNamespace({ pin });
       run('mkdir', '${root}/mine');
       run('mount', '-t', 'tmpfs', 'made-later', '${root}/mine');
       run('nsenter', '--mount=' + pin, 'mount', '-t', 'tmpfs', 'made-inside', '/mnt');
       const table = ['cat', '/proc/self/mountinfo'];
       console.log(JSON.stringify([run(...table), run('nsenter', '--mount=' + pin, ...table)]));`,
    );
    const shared = `mount --make-rshared / && exec "$@"`;
    const unshared = ['--mount', 'sh', '-c', shared, 'sh', process.execPath, script];
    const result = spawnSync('unshare', unshared, { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    const [outside, inside] = JSON.parse(result.stdout) as [string, string];
    expect([outside.includes('made-later'), outside.includes('made-inside')]).toEqual([true, false]);
    expect([inside.includes('made-later'), inside.includes('made-inside')]).toEqual([true, true]);
    expect(inside).not.toContain(' /sys/fs/cgroup/unified ');
  });

  test('a plain file left by a reboot, and a draft left by a crash, are made whole', () => {
    const other = join(root, 'other', 'pin');
    ensureHybridMountNamespace({ pin: other });
    writeFileSync(`${other}.new`, '');
    mounts.bind(other, `${other}.new`);
    mounts.unmount(other, { lazy: true });
    expect(readFileSync(other, 'utf8')).toBe('');
    ensureHybridMountNamespace({ pin: other });
    const mine = mounts.list().filter(entry => entry.target.startsWith(join(root, 'other')));
    expect(mine.map(entry => entry.target)).toEqual([join(root, 'other'), other]);
    expect(existsSync(`${other}.new`)).toBe(false);
    removeMountNamespace(other);
    expect(mounts.list().filter(entry => entry.target.startsWith(join(root, 'other')))).toEqual([]);
  });
});
