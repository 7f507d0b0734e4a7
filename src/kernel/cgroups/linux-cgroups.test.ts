import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LinuxCgroups } from './linux-cgroups.ts';

let temporary: string;
let root: string;
let proc: string;
let trees = 0;

/** Writes files below the cgroup root, by path. */
const write = (files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};

const open = () => new LinuxCgroups({ root, proc });

beforeAll(() => {
  temporary = mkdtempSync('/tmp/berth-cgroups-');
});

beforeEach(() => {
  root = join(temporary, String(trees++), 'cgroup');
  proc = join(root, '../proc');
  mkdirSync(proc, { recursive: true });
  const names = ['cpuset', 'cpu', 'cpuacct', 'blkio', 'memory', 'devices', 'freezer', 'pids', 'hugetlb'];
  const lines = names.map((name, index) => `${name}\t${index}\t1\t1`);
  writeFileSync(join(proc, 'cgroups'), ['#subsys_name\thierarchy\tnum_cgroups\tenabled', ...lines, ''].join('\n'));
});

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const v1Group = {
  'memory/berth/a/memory.usage_in_bytes': '12288\n',
  'memory/berth/a/memory.max_usage_in_bytes': '20480\n',
  'memory/berth/a/memory.limit_in_bytes': '67108864\n',
  'memory/berth/a/memory.failcnt': '3\n',
  'memory/berth/a/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
  'memory/berth/a/memory.stat': 'cache 1\ntotal_inactive_file 4096\nhierarchical_memory_limit 67108864\n',
  'cpu,cpuacct/berth/a/cpuacct.usage': '5000000000\n',
  'cpu,cpuacct/berth/a/cpuacct.usage_percpu': '3000000000 2000000000 \n',
  'cpu,cpuacct/berth/a/cpuacct.stat': 'user 300\nsystem 200\n',
  'cpu,cpuacct/berth/a/cpu.stat': 'nr_periods 10\nnr_throttled 4\nthrottled_time 1234\n',
  'pids/berth/a/pids.current': '7\n',
  'pids/berth/a/pids.max': '100\n',
  'pids/berth/a/cgroup.procs': '30\n10\n',
  'pids/berth/a/inner/cgroup.procs': '20\n',
  'blkio/berth/a/blkio.throttle.io_service_bytes_recursive': '8:0 Read 100\n8:0 Write 50\n8:0 Total 150\nTotal 150\n',
  'blkio/berth/a/blkio.throttle.io_serviced_recursive': '8:0 Read 2\n8:0 Total 2\nTotal 2\n',
};

const v1Roots = Object.fromEntries(
  ['memory', 'cpu,cpuacct', 'pids', 'blkio', 'devices', 'systemd'].map(name => [`${name}/cgroup.procs`, '1\n']),
);

test.each([
  ['v1', { 'pids/berth/a/pids.max': '5\n', 'cpu,cpuacct/berth/a/cpu.cfs_quota_us': '20000\n' }, ['max', '-1']],
  [
    'v2',
    { 'cgroup.controllers': 'cpu pids\n', 'berth/a/pids.max': '5\n', 'berth/a/cpu.max': '20000 100000\n' },
    ['max', 'max'],
  ],
])('%s: limits are lifted, and no file is made where no group is', (_mode, files, [pids = '', cpu = '']) => {
  if (!('cgroup.controllers' in files)) write(v1Roots);
  write(files);
  const cgroups = open();
  cgroups.lift('/berth/a', 'pids');
  cgroups.lift('/berth/a', 'cpuQuota');
  const [processes = '', quota = ''] = Object.keys(files).filter(
    path => path.includes('/berth/a/') || path.startsWith('berth'),
  );
  expect(readFileSync(join(root, processes), 'utf8')).toStartWith(pids);
  expect(readFileSync(join(root, quota), 'utf8')).toStartWith(cpu);
  expect(() => cgroups.lift('/berth/b', 'pids')).toThrow('no such file');
  expect(cgroups.exists('/berth/b')).toBe(false);
});

describe('v1', () => {
  beforeEach(() => {
    write({ ...v1Roots, ...v1Group });
    symlinkSync('cpu,cpuacct', join(root, 'cpu'));
    symlinkSync('cpu,cpuacct', join(root, 'cpuacct'));
    // What is left where the v2 tree was unmounted.
    mkdirSync(join(root, 'unified'));
  });

  test('is recognised, with its controllers', () => {
    const cgroups = open();
    expect([cgroups.mode(), cgroups.version()]).toEqual(['v1', 1]);
    expect(cgroups.controllers().sort()).toEqual(['blkio', 'cpu', 'cpuacct', 'devices', 'memory', 'pids']);
  });

  test('statistics are read from every hierarchy', () => {
    expect(open().stats('/berth/a')).toEqual({
      memory: {
        usage: 12288,
        maxUsage: 20480,
        limit: 67108864,
        failures: 3,
        oomKills: 2,
        stats: { cache: 1, total_inactive_file: 4096, hierarchical_memory_limit: 67108864 },
      },
      cpu: {
        total: 5e9,
        user: 3e9,
        kernel: 2e9,
        perCpu: [3e9, 2e9],
        periods: 10,
        throttledPeriods: 4,
        throttledTime: 1234,
      },
      pids: { current: 7, limit: 100, refusals: 0 },
      blkio: {
        serviceBytes: [
          { major: 8, minor: 0, op: 'Read', value: 100 },
          { major: 8, minor: 0, op: 'Write', value: 50 },
          { major: 8, minor: 0, op: 'Total', value: 150 },
        ],
        serviced: [
          { major: 8, minor: 0, op: 'Read', value: 2 },
          { major: 8, minor: 0, op: 'Total', value: 2 },
        ],
      },
    });
  });

  test('a group is frozen as soon as the kernel has begun to freeze it', () => {
    write({ 'freezer/cgroup.procs': '1\n' });
    for (const [state, frozen] of [
      ['FROZEN', true],
      ['FREEZING', true],
      ['THAWED', false],
    ] as const) {
      write({ 'freezer/berth/a/freezer.state': `${state}\n` });
      expect(open().frozen('/berth/a')).toBe(frozen);
    }
    expect(open().frozen('/berth/none')).toBe(false);
  });

  test('the largest page count means no limit, a missing file nothing', () => {
    write({ 'memory/berth/b/memory.limit_in_bytes': '9223372036854771712\n', 'pids/berth/b/pids.max': 'max\n' });
    const stats = open().stats('berth/b');
    expect([stats.memory.limit, stats.memory.usage, stats.memory.maxUsage]).toEqual([undefined, 0, undefined]);
    expect([stats.pids.limit, stats.pids.current, stats.cpu.perCpu.length]).toEqual([undefined, 0, 0]);
    expect(() => open().stats('/berth/none')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('groups are listed over all hierarchies, processes with those below', () => {
    write({ 'memory/berth/only-in-memory/memory.usage_in_bytes': '1\n' });
    const cgroups = open();
    expect(cgroups.list('/berth').sort()).toEqual(['a', 'only-in-memory']);
    expect(cgroups.list('/nothing')).toEqual([]);
    expect(cgroups.processes('/berth')).toEqual([10, 20, 30]);
    expect(cgroups.processes('/nothing')).toEqual([]);
    expect(cgroups.exists('/berth/only-in-memory')).toBe(true);
    expect(cgroups.exists('/nothing')).toBe(false);
  });

  test('a group is removed everywhere, leaves first', async () => {
    for (const name of ['memory', 'pids', 'systemd']) mkdirSync(join(root, name, 'gone/x/y'), { recursive: true });
    await open().remove('/gone/x');
    expect(existsSync(join(root, 'memory/gone'))).toBe(true);
    expect(open().exists('/gone/x')).toBe(false);
    await open().remove('/gone');
    await open().remove('/gone');
    expect(existsSync(join(root, 'systemd/gone'))).toBe(false);
  });

  test('what cannot be removed in one hierarchy does not keep the others', async () => {
    mkdirSync(join(root, 'pids/stuck'));
    write({ 'memory/stuck/a-file-that-keeps-the-folder': '' });
    await expect(open().remove('/stuck')).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    expect(existsSync(join(root, 'pids/stuck'))).toBe(false);
  });

  test('no path leaves the hierarchy, and its root is not removed', async () => {
    mkdirSync(join(temporary, 'outside'), { recursive: true });
    expect(open().exists('/../../../outside')).toBe(false);
    for (const path of ['/', '', '..', '/a/..']) {
      await expect(open().remove(path)).rejects.toMatchObject({ code: 'EINVAL' });
    }
  });
});

test('hybrid: v1 controllers beside a v2 tree, which is a hierarchy too', async () => {
  write({ ...v1Roots, ...v1Group, 'unified/cgroup.procs': '', 'unified/cgroup.controllers': '\n' });
  mkdirSync(join(root, 'unified/berth/a'), { recursive: true });
  mkdirSync(join(root, 'unified/only/here'), { recursive: true });
  const cgroups = open();
  expect([cgroups.mode(), cgroups.version()]).toEqual(['hybrid', 1]);
  expect(cgroups.controllers()).toContain('memory');
  expect(cgroups.controllers()).not.toContain('unified');
  expect(cgroups.stats('/berth/a').memory.usage).toBe(12288);
  expect(cgroups.exists('/only/here')).toBe(true);
  await cgroups.remove('/only');
  expect(existsSync(join(root, 'unified/only'))).toBe(false);
});

describe('v2', () => {
  beforeEach(() =>
    write({
      'cgroup.controllers': 'cpuset cpu io memory pids\n',
      'cgroup.procs': '1\n',
      'berth/a/memory.current': '8192\n',
      'berth/a/memory.max': 'max\n',
      'berth/a/memory.peak': '16384\n',
      'berth/a/memory.events': 'low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n',
      'berth/a/memory.stat': 'anon 4096\ninactive_file 1024\n',
      'berth/a/cpu.stat':
        'usage_usec 500\nuser_usec 300\nsystem_usec 200\nnr_periods 9\nnr_throttled 2\nthrottled_usec 70\n',
      'berth/a/io.stat': '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:1 \n',
      'berth/a/pids.current': '3\n',
      'berth/a/pids.max': '64\n',
      'berth/a/cgroup.procs': '5\n',
    }),
  );

  test('a group is frozen when it was told to freeze', () => {
    write({ 'berth/a/cgroup.freeze': '1\n', 'berth/b/cgroup.freeze': '0\n' });
    expect(['/berth/a', '/berth/b', '/berth/none'].map(path => open().frozen(path))).toEqual([true, false, false]);
  });

  test('is recognised, with its controllers', () => {
    const cgroups = open();
    expect([cgroups.mode(), cgroups.version()]).toEqual(['v2', 2]);
    expect(cgroups.controllers()).toEqual(['cpuset', 'cpu', 'io', 'memory', 'pids']);
  });

  test('statistics have the same shape', () => {
    expect(open().stats('/berth/a')).toEqual({
      memory: {
        usage: 8192,
        maxUsage: 16384,
        limit: undefined,
        failures: undefined,
        oomKills: 1,
        stats: { anon: 4096, inactive_file: 1024 },
      },
      cpu: {
        total: 500_000,
        user: 300_000,
        kernel: 200_000,
        perCpu: [],
        periods: 9,
        throttledPeriods: 2,
        throttledTime: 70_000,
      },
      pids: { current: 3, limit: 64, refusals: 0 },
      blkio: {
        serviceBytes: [
          { major: 8, minor: 0, op: 'read', value: 10 },
          { major: 8, minor: 0, op: 'write', value: 20 },
        ],
        serviced: [
          { major: 8, minor: 0, op: 'read', value: 1 },
          { major: 8, minor: 0, op: 'write', value: 2 },
        ],
      },
    });
  });

  test('groups and processes', async () => {
    const cgroups = open();
    mkdirSync(join(root, 'empty/inner'), { recursive: true });
    expect(cgroups.list('/')).toEqual(expect.arrayContaining(['berth', 'empty']));
    expect(cgroups.processes('/berth')).toEqual([5]);
    await cgroups.remove('/empty');
    expect(cgroups.exists('/empty')).toBe(false);
  });
});

test('a group that crun made where a hierarchy is hidden goes along', async () => {
  write({ ...v1Roots, ...v1Group });
  mkdirSync(join(root, 'unified/berth/b'), { recursive: true });
  writeFileSync(join(root, 'unified/berth/b/cgroup.procs'), '7');
  const cgroups = open();
  expect(cgroups.mode()).toBe('v1');
  await cgroups.remove('/berth/b');
  expect(existsSync(join(root, 'unified/berth/b'))).toBe(false);
});

test('swap can be limited where the kernel has files for it', () => {
  write({ ...v1Roots, ...v1Group });
  expect(open().swapAccounting()).toBe(false);
  write({ 'memory/memory.memsw.limit_in_bytes': '9223372036854771712' });
  expect(open().swapAccounting()).toBe(true);
});

test('a host without control groups', () => {
  const cgroups = new LinuxCgroups({ root: join(root, 'nothing'), proc });
  expect([cgroups.mode(), cgroups.controllers(), cgroups.exists('/a'), cgroups.list('/')]).toEqual([
    'v1',
    [],
    false,
    [],
  ]);
});

test('weights of block I/O are there with their file, and with the controller on v2', () => {
  write({ ...v1Roots, ...v1Group });
  expect(open().blkioWeight()).toBe(false);
  write({ 'blkio/blkio.weight': '500\n' });
  expect(open().blkioWeight()).toBe(true);
  write({ 'cgroup.controllers': 'cpu io\n' });
  expect(open().blkioWeight()).toBe(true);
  write({ 'cgroup.controllers': 'cpu memory\n' });
  expect(open().blkioWeight()).toBe(false);
});
