// What containers use, which limits they have, what takes room: stats, top, update, system df and prune.
import { expect } from 'bun:test';
import { eventually } from '../support/eventually.ts';
import { expectCode, scenarios } from '../support/stage.ts';

const lines = (text: string) => text.split('\n').map(line => line.trim());

scenarios(['busybox'], {
  'stats --no-stream must show each container that was named, and fail for one that is not there': async ({
    cli,
    container,
  }) => {
    const [busy, ended] = [container(), container()];
    await cli.ok(['run', '-d', '-m', '64m', '--name', busy, 'busybox', 'sh', '-c', 'sleep 1000 & sleep 1000']);
    await eventually('both run', async () => lines(await cli.ok(['top', busy])).length === 3);
    await cli.ok(['run', '--name', ended, 'busybox', 'true']);
    const table = lines(await cli.ok(['stats', '--no-stream', busy, ended]));
    expect(table[0]).toMatch(/^CONTAINER ID +NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS$/);
    expect(table[1]).toMatch(
      new RegExp(
        `^[0-9a-f]{12} +${busy} +\\d+\\.\\d\\d% +[\\d.]+[KM]iB / 64MiB +\\d+\\.\\d\\d% +.*B / .*B +.*B / .*B +2$`,
      ),
    );
    expect(table[2]).toMatch(new RegExp(`^[0-9a-f]{12} +${ended} +0\\.00% +0B / 0B +0\\.00% +0B / 0B +0B / 0B +0$`));
    const row = JSON.parse(await cli.ok(['stats', '--no-stream', '--format', 'json', busy]));
    expect(row).toMatchObject({ Container: busy, Name: busy, PIDs: '2' });
    const missing = await cli.run(['stats', '--no-stream', busy, 'nosuch']);
    expectCode(missing, 1);
    expect(missing.stderr).toContain('No such container: nosuch');
  },

  'stats must go on until the container is gone': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', 'while :; do :; done']);
    const stats = cli.start(['stats', '--format', 'cpu {{.CPUPerc}} pids {{.PIDs}}.', name]);
    try {
      await eventually('it is busy', () => /cpu [1-9]\d*\.\d\d% pids 1\./.test(stats.output()));
      await eventually('there are several pictures', () => stats.output().split('pids 1.').length > 4);
      await cli.ok(['rm', '-f', name]);
      let ended = false;
      void stats.exited.then(() => {
        ended = true;
      });
      await eventually('nothing is known of it any more', () => ended || stats.output().includes('pids --.'));
    } finally {
      await stats.kill();
    }
  },

  'stats must count what goes through the network': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sleep', '1000']);
    const received = async () =>
      (await cli.ok(['stats', '--no-stream', '--format', '{{.NetIO}}', name])).split(' / ')[0];
    expect(await received()).toMatch(/^[\d.]+k?B$/);
    const gateway = '{{.NetworkSettings.Gateway}}';
    const address = await cli.ok(['inspect', '-f', gateway, name]);
    await cli.run(['exec', name, 'busybox', 'ping', '-c', '5', '-i', '0.1', '-s', '1000', address]);
    await eventually('it is counted', async () => /kB$/.test((await received()) ?? ''));
    const other = container();
    await cli.ok(['run', '-d', '--network', 'none', '--name', other, 'busybox', 'sleep', '1000']);
    expect(await cli.ok(['stats', '--no-stream', '--format', '{{.NetIO}}', other])).toBe('0B / 0B');
  },

  'top must list the processes of the container, with the options of ps': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', 'sleep 1000 & sleep 2000']);
    const top = async () => lines(await cli.ok(['top', name]));
    await eventually('the shell has become what it runs', async () => !(await top()).join().includes('sh -c'));
    const all = await top();
    expect(all[0]).toMatch(/^UID +PID +PPID +C +STIME +TTY +TIME +CMD$/);
    expect(all.slice(1).map(line => line.split(/ {2,}/).at(-1))).toEqual(['sleep 2000', 'sleep 1000']);
    expect(lines(await cli.ok(['top', name, '-o', 'pid,args']))[0]).toMatch(/^PID +COMMAND$/);
    const blind = await cli.run(['top', name, '-o', 'comm']);
    expectCode(blind, 1);
    expect(blind.stderr).toContain("Couldn't find PID field in ps output");
    expect((await cli.run(['top', name, 'nonsense'])).stderr).toContain('ps: error: ');
    await cli.ok(['stop', '-t', '0', name]);
    expect((await cli.run(['top', name])).stderr).toMatch(/container [0-9a-f]{64} is not running/);
  },

  'update must change limits of a running container, and keep them': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '-m', '64m', '--name', name, 'busybox', 'sleep', '1000']);
    const limit = () => cli.ok(['stats', '--no-stream', '--format', '{{.MemUsage}}', name]);
    const changed = await cli.ok(['update', '-m', '200m', '--memory-swap', '300m', '--cpu-shares', '512', name]);
    expect(lines(changed).at(-1)).toBe(name);
    expect(await limit()).toEndWith('/ 200MiB');
    const settings = '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.CpuShares}}';
    expect(await cli.ok(['inspect', '-f', settings, name])).toBe(`${200 << 20} ${300 << 20} 512`);
    await cli.ok(['update', '-m', '100m', '--memory-swap', '150m', name]);
    await cli.ok(['restart', '-t', '0', name]);
    expect(await limit()).toEndWith('/ 100MiB');
  },

  'update must refuse what does not go together': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['create', '-m', '64m', '--cpus', '0.5', '--name', name, 'busybox', 'true']);
    const refused = async (...flags: string[]) => {
      const result = await cli.run(['update', ...flags, name]);
      expectCode(result, 1);
      return result.stderr;
    };
    expect(await refused()).toContain('you must provide one or more flags when using this command');
    expect(await refused('-m', '200m')).toContain('update the memoryswap at the same time');
    expect(await refused('--cpu-quota', '5000')).toContain(
      'CPU Quota cannot be updated as NanoCPUs has already been set',
    );
    expect(await refused('--cpuset-cpus', '0-4000')).toContain('Requested CPUs are not available');
    expect(await refused('--restart', 'sometimes')).toContain('invalid restart policy');
  },

  'update --restart must bring it back from then on': async ({ cli, container }) => {
    const name = container();
    const script = 'while [ ! -e /end ]; do sleep 0.05; done; exit 3';
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', script]);
    await cli.ok(['update', '--restart', 'on-failure:5', name]);
    const policy = '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}';
    expect(await cli.ok(['inspect', '-f', policy, name])).toBe('on-failure 5');
    await cli.ok(['exec', name, 'touch', '/end']);
    const count = async () => Number(await cli.ok(['inspect', '-f', '{{.RestartCount}}', name]));
    await eventually('it came back', async () => (await count()) > 0);
  },

  'system df must measure containers and volumes, system prune take them away': async ({ cli, container, volume }) => {
    const [name, data] = [container(), volume()];
    const script = 'dd if=/dev/zero of=/written bs=1000 count=123; dd if=/dev/zero of=/data/x bs=1000 count=456';
    const label = `mark=${name}`;
    await cli.ok(['run', '--name', name, '--label', label, '-v', `${data}:/data`, 'busybox', 'sh', '-c', script]);
    const details = JSON.parse(await cli.ok(['system', 'df', '-v', '--format', 'json']));
    const named = (rows: Record<string, string>[], key: string, wanted: string) =>
      rows.find(row => row[key] === wanted);
    expect(named(details.Containers, 'Names', name)).toMatchObject({ Size: '123kB', State: 'exited' });
    expect(named(details.Volumes, 'Name', data)).toMatchObject({ Links: '1', Size: '456kB' });
    expect(lines(await cli.ok(['system', 'df'])).map(line => line.split(/ {2,}/)[0])).toEqual([
      'TYPE',
      'Images',
      'Containers',
      'Local Volumes',
      'Build Cache',
    ]);
    const pruned = await cli.ok(['system', 'prune', '-f', '--filter', `label=${label}`]);
    expect(lines(pruned)).toEqual([
      'Deleted Containers:',
      expect.stringMatching(/^[0-9a-f]{64}$/),
      '',
      expect.any(String),
    ]);
    expect(lines(pruned).at(-1)).toBe('Total reclaimed space: 123kB');
    expectCode(await cli.run(['inspect', name]), 1);
    expect(await cli.ok(['volume', 'ls', '-q'])).toContain(data);
  },
});
