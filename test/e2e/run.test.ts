// `run`: what a container prints, reads, is allowed and returns.
import { expect } from 'bun:test';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { expectCode, scenarios } from '../support/stage.ts';

scenarios(['busybox', 'debian'], {
  'run --rm must print what the container prints': async ({ cli }) => {
    const release = await cli.ok(['run', '--rm', 'debian:bookworm', 'cat', '/etc/os-release']);
    expect(release).toContain('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"');
  },

  'run -i must feed standard input and end with it': async ({ cli }) => {
    const result = await cli.run(['run', '--rm', '-i', 'busybox', 'cat'], { stdin: 'hi\n' });
    expect(result).toEqual({ code: 0, stdout: 'hi\n', stderr: '' });
  },

  'run -i must pass every byte of a large input and output': async ({ cli }) => {
    const text = `${'0123456789abcdef'.repeat(4095)}\n`.repeat(32);
    const result = await cli.run(['run', '--rm', '-i', 'busybox', 'cat'], { stdin: text });
    expectCode(result, 0);
    expect(result.stdout === text).toBe(true);
  },

  'run must keep standard output and standard error apart': async ({ cli }) => {
    const result = await cli.run(['run', '--rm', 'busybox', 'sh', '-c', 'echo out; echo err >&2']);
    expect(result).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  },

  'run must lose no line of a fast writer': async ({ cli }) => {
    const result = await cli.run(['run', '--rm', 'busybox', 'seq', '1', '200000']);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.length).toBe(200_000);
    expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1);
  },

  'run must return the exit code of the command': async ({ cli }) => {
    expectCode(await cli.run(['run', '--rm', 'busybox', 'true']), 0);
    expectCode(await cli.run(['run', '--rm', 'busybox', 'false']), 1);
    expectCode(await cli.run(['run', '--rm', 'busybox', 'sh', '-c', 'exit 42']), 42);
  },

  'run must return 125 when the engine or the command line refuses': async ({ cli }) => {
    expectCode(await cli.run(['run', '--rm', '--no-such-flag', 'busybox', 'true']), 125);
    const named = await cli.run(['run', '--rm', '--name', '-wrong', 'busybox', 'true']);
    expectCode(named, 125);
    expect(named.stderr).toContain('Invalid container name (-wrong), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed');
    expectCode(await cli.run(['run', '--rm', '--memory', '1', 'busybox', 'true']), 125);
  },

  'run must return 126 for what cannot be executed': async ({ cli, container }) => {
    const result = await cli.run(['run', '--name', container(), 'busybox', '/etc/passwd']);
    expectCode(result, 126);
    expect(result.stderr).toMatch(/permission denied/i);
  },

  'run must return 127 for a command that is not there': async ({ cli, container }) => {
    const result = await cli.run(['run', '--name', container(), 'busybox', 'no-such-command']);
    expectCode(result, 127);
    expect(result.stderr).toMatch(/executable file .?no-such-command.? not found in \$PATH|exec: "no-such-command"/);
  },

  'run must return 137 when the container is killed': async ({ cli, container }) => {
    const name = container();
    const running = cli.run(['run', '--name', name, 'busybox', 'sleep', '1000']);
    await eventually('it runs', async () => (await cli.ok(['inspect', '-f', '{{.State.Running}}', name])) === 'true');
    await cli.ok(['kill', name]);
    expectCode(await running, 137);
  },

  'run must set user, folder, environment, host name and entry point': async ({ cli }) => {
    const flags = [
      '-u',
      'www-data',
      '-w',
      '/made/for/it',
      '-e',
      'GREETING=hello world',
      '-h',
      'quay',
      '--entrypoint',
      'sh',
    ];
    const output = await cli.ok(['run', '--rm', ...flags, 'busybox', '-c', 'id -u; pwd; echo $GREETING; hostname']);
    expect(output.split('\n')).toEqual(['33', '/made/for/it', 'hello world', 'quay']);
  },

  'run must give the fourteen default capabilities, a seccomp filter and no more': async ({ cli }) => {
    const status = await cli.ok(['run', '--rm', 'busybox', 'cat', '/proc/self/status']);
    expect(status).toMatch(/^CapEff:\s+00000000a80425fb$/m);
    expect(status).toMatch(/^CapBnd:\s+00000000a80425fb$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
  },

  'run --cap-drop ALL --cap-add NET_BIND_SERVICE must leave one capability': async ({ cli }) => {
    const flags = ['--cap-drop', 'ALL', '--cap-add', 'NET_BIND_SERVICE'];
    const status = await cli.ok(['run', '--rm', ...flags, 'busybox', 'cat', '/proc/self/status']);
    expect(status).toMatch(/^CapEff:\s+0000000000000400$/m);
    expect(status).toMatch(/^CapBnd:\s+0000000000000400$/m);
  },

  'run --memory, --cpus and --pids-limit must be in the cgroup': async ({ cli }) => {
    const read = (v1: string, v2: string) => `cat /sys/fs/cgroup/${v1} 2>/dev/null || cat /sys/fs/cgroup/${v2}`;
    const script = [
      read('memory/memory.limit_in_bytes', 'memory.max'),
      `(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us && cat /sys/fs/cgroup/cpu/cpu.cfs_period_us) 2>/dev/null || cat /sys/fs/cgroup/cpu.max`,
      read('pids/pids.max', 'pids.max'),
    ].join('; ');
    const flags = ['--memory', '64m', '--cpus', '0.5', '--pids-limit', '77'];
    const output = await cli.ok(['run', '--rm', ...flags, 'busybox', 'sh', '-c', script]);
    expect(output.split(/\s+/)).toEqual(['67108864', '50000', '100000', '77']);
  },

  'run must hide what the kernel shows only to the host': async ({ cli }) => {
    const script =
      'cat /proc/timer_list 2>/dev/null | wc -c; touch /proc/sys/kernel/x 2>/dev/null || echo read-only; ls /sys/firmware | wc -l';
    const output = await cli.ok(['run', '--rm', 'busybox', 'sh', '-c', script]);
    expect(output.split('\n').map(line => line.trim())).toEqual(['0', 'read-only', '0']);
  },

  'run must write hosts, host name and a resolver for the container': async ({ cli, container }) => {
    const name = container();
    const script = 'cat /etc/hosts; echo --; cat /etc/hostname; echo --; cat /etc/resolv.conf';
    const output = await cli.ok(['run', '--name', name, '--add-host', 'pier:10.9.8.7', 'busybox', 'sh', '-c', script]);
    const [hosts = '', hostname = '', resolver = ''] = output.split('--\n');
    const id = await cli.ok(['inspect', '-f', '{{.Id}}', name]);
    expect(hosts).toMatch(/^127\.0\.0\.1\s+localhost$/m);
    expect(hosts).toMatch(/^10\.9\.8\.7\s+pier$/m);
    expect(hosts).toMatch(new RegExp(`^[\\d.]+\\s+${id.slice(0, 12)}$`, 'm'));
    expect(hostname.trim()).toBe(id.slice(0, 12));
    expect(resolver).toMatch(/^nameserver /m);
  },

  'run --cidfile and --label must record what was made': async ({ cli, container, folder }) => {
    const [name, file] = [container(), join(folder().here, 'cid')];
    await cli.ok(['run', '-d', '--name', name, '--cidfile', file, '--label', 'kind=tug', 'busybox', 'true']);
    expect(readFileSync(file, 'utf8')).toBe(await cli.ok(['inspect', '-f', '{{.Id}}', name]));
    expect(await cli.ok(['inspect', '-f', '{{index .Config.Labels "kind"}}', name])).toBe('tug');
  },

  'run --network none must leave only the loopback, host must share all': async ({ cli }) => {
    const none = await cli.ok(['run', '--rm', '--network', 'none', 'busybox', 'ls', '/sys/class/net']);
    expect(none).toBe('lo');
    const bridge = await cli.ok(['run', '--rm', 'busybox', 'ls', '/sys/class/net']);
    expect(bridge.split(/\s+/)).toEqual(['eth0', 'lo']);
    const host = await cli.ok(['run', '--rm', '--network', 'host', 'busybox', 'ls', '/sys/class/net']);
    expect(host.split(/\s+/).length).toBeGreaterThan(1);
  },

  'run -v of a folder must show it on both sides': async ({ cli, folder }) => {
    const { here, there } = folder();
    writeFileSync(join(here, 'from-host'), 'cargo\n');
    chmodSync(here, 0o777);
    const script = 'cat /data/from-host; echo back >/data/from-container';
    expect(await cli.ok(['run', '--rm', '-v', `${there}:/data`, 'busybox', 'sh', '-c', script])).toBe('cargo');
    expect(readFileSync(join(here, 'from-container'), 'utf8')).toBe('back\n');
    const readOnly = await cli.run(['run', '--rm', '-v', `${there}:/data:ro`, 'busybox', 'touch', '/data/never']);
    expectCode(readOnly, 1);
    expect(readOnly.stderr).toContain('Read-only file system');
    expect(existsSync(join(here, 'never'))).toBe(false);
  },

  'run -v of a new volume must copy what the image has there, and keep it': async ({ cli, volume }) => {
    const name = volume();
    const first = await cli.ok([
      'run',
      '--rm',
      '-v',
      `${name}:/etc`,
      'busybox',
      'sh',
      '-c',
      'cat /etc/passwd; echo mine >/etc/own',
    ]);
    expect(first).toStartWith('root:x:0:0:');
    const second = await cli.ok(['run', '--rm', '-v', `${name}:/data`, 'busybox', 'cat', '/data/passwd', '/data/own']);
    expect(second).toBe(`${first}\nmine`);
  },

  'run --read-only with --tmpfs must write only there': async ({ cli }) => {
    const script = 'touch /x 2>&1; echo ok >/scratch/y && cat /scratch/y';
    const output = await cli.ok(['run', '--rm', '--read-only', '--tmpfs', '/scratch', 'busybox', 'sh', '-c', script]);
    expect(output).toMatch(/Read-only file system\nok$/);
  },

  'run --ipc container: must share what is in /dev/shm, and no more than its size': async ({ cli, container }) => {
    const donor = container();
    const script = 'echo shared >/dev/shm/note; exec sleep 1000';
    await cli.ok([
      'run',
      '-d',
      '--name',
      donor,
      '--ipc',
      'shareable',
      '--shm-size',
      '1m',
      'busybox',
      'sh',
      '-c',
      script,
    ]);
    const join = async (command: string) =>
      await cli.ok(['run', '--rm', '--ipc', `container:${donor}`, 'busybox', 'sh', '-c', command]);
    expect(await join('cat /dev/shm/note; echo more >/dev/shm/other; df -k /dev/shm | tail -n 1')).toMatch(
      /^shared\n\S+ +1024 /,
    );
    expect(await cli.ok(['exec', donor, 'cat', '/dev/shm/other'])).toBe('more');
    await cli.ok(['restart', '-t', '0', donor]);
    expect(await join('ls /dev/shm')).toBe('note');
  },

  'run --mount type=image must show the image, read-only, and keep it': async ({ cli, container }) => {
    const known = await cli.ok(['version', '-f', '{{.Client.APIVersion}}']);
    // A docker of before 28 refuses it itself.
    if (Number(known.split('.')[1]) < 48) return;
    const [maker, user, image] = [container(), container(), `e2e-${container()}:1`];
    await cli.ok(['run', '--name', maker, 'busybox', 'sh', '-c', 'mkdir /only; echo here >/only/file']);
    await cli.ok(['commit', maker, image]);
    const mount = `type=image,source=${image},target=/x`;
    const script = 'cat /x/only/file; touch /x/y 2>&1; true';
    expect(await cli.ok(['run', '--rm', '--mount', mount, 'busybox', 'sh', '-c', script])).toMatch(
      /^here\n.*Read-only file system$/,
    );
    const inside = `${mount},image-subpath=only`;
    await cli.ok(['run', '-d', '--name', user, '--mount', inside, 'busybox', 'sleep', '1000']);
    expect(await cli.ok(['exec', user, 'ls', '/x'])).toBe('file');
    const refused = await cli.run(['rmi', image]);
    expectCode(refused, 1);
    expect(refused.stderr).toContain('is using its referenced image');
    expect(await cli.ok(['inspect', '-f', '{{(index .Mounts 0).Type}} {{(index .Mounts 0).RW}}', user])).toBe(
      'image false',
    );
    await cli.ok(['restart', '-t', '0', user]);
    await cli.ok(['rm', '-f', user]);
    await cli.ok(['rmi', image]);
  },
});
