// Processes started in a running container.

import { beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OciProcess } from '../oci/runtime-spec.ts';
import type { Process } from './process.ts';
import { describeContainers, runToEnd, TestHost } from './testing/test-host.ts';

describeContainers('exec', import.meta.path, () => {
  const host = new TestHost();
  const runtime = host.runtime();
  let container: Process;
  let count = 0;

  beforeAll(async () => {
    container = await runtime.create(host.options(['sleep', '1000']));
    await container.start();
  });

  function exec(
    args: string[],
    o: { tty?: boolean; stdin?: boolean; process?: Partial<OciProcess> } = {},
  ): Promise<Process> {
    const process = { ...host.spec(args).process, ...o.process };
    const execId = `e${++count}`;
    return runtime.exec({ containerId: container.id, execId, process, tty: o.tty ?? false, stdin: o.stdin ?? false });
  }

  function leftovers(): string[] {
    const directory = join(host.execRoot, 'c', container.id, 'execs');
    return existsSync(directory) ? readdirSync(directory) : [];
  }

  test('streams apart, exit code, nothing left', async () => {
    const process = await exec(['sh', '-c', 'echo out; echo err >&2; exit 5']);
    expect(process.pid).toBe(0);
    expect(await runToEnd(process)).toEqual({ code: 5, stdout: 'out\n', stderr: 'err\n' });
    await process.delete();
    expect(leftovers()).toEqual([]);
  });

  test('another user has a stdin that ends, and the host keeps its /dev/null', async () => {
    const { uid, gid } = statSync('/dev/null');
    const user = { uid: 1000, gid: 1001, additionalGids: [] };
    for (let round = 0; round < 10; round++) {
      const process = await exec(['sh', '-c', 'cat; echo quick; exit 3'], { process: { user } });
      expect(await runToEnd(process)).toEqual({ code: 3, stdout: 'quick\n', stderr: '' });
      await process.delete();
    }
    expect(statSync('/dev/null')).toMatchObject({ uid, gid });
  });

  test('stdin to its end', async () => {
    const process = await exec(['cat'], { stdin: true });
    expect(await runToEnd(process, 'x'.repeat(100_000))).toEqual({ code: 0, stdout: 'x'.repeat(100_000), stderr: '' });
    await process.delete();
  });

  test('a terminal, a user, real pipes', async () => {
    const terminal = await exec(['sh', '-c', 'test -t 0 && test -t 1 && echo yes'], { tty: true, stdin: true });
    expect((await runToEnd(terminal)).stdout).toBe('yes\r\n');
    await terminal.delete();
    const bob = await exec(['id'], { process: { user: { uid: 1000, gid: 1001, additionalGids: [29] } } });
    expect((await runToEnd(bob)).stdout).toBe('uid=1000(bob) gid=1001 groups=29\n');
    await bob.delete();
    const pipes = await exec(['sh', '-c', 'echo through > /dev/stdout']);
    expect((await runToEnd(pipes)).stdout).toBe('through\n');
    await pipes.delete();
  });

  test('a signal ends it with 128 + signal, and delete ends what still runs', async () => {
    const killed = await exec(['sleep', '1000']);
    await killed.start();
    expect(killed.signal(15)).toBe(true);
    expect(await killed.exited).toMatchObject({ code: 143, oomKilled: false });
    await killed.delete();
    const deleted = await exec(['sleep', '1000']);
    await deleted.start();
    await deleted.delete();
    expect((await deleted.exited).code).toBe(137);
    await (await exec(['true'])).delete();
    expect(leftovers()).toEqual([]);
  });

  const prefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';
  test.each([
    ['nosuch', '/', 'exec: "nosuch": executable file not found in $PATH'],
    ['/nosuch', '/', 'exec: "/nosuch": stat /nosuch: no such file or directory'],
    ['/etc', '/', 'exec: "/etc": is a directory: permission denied'],
    ['true', '/nosuch', 'chdir to cwd ("/nosuch") set in config.json failed: no such file or directory'],
  ])('%s in %s is refused', async (program, cwd, detail) => {
    const process = await exec([program], { process: { cwd } });
    await expect(process.start()).rejects.toMatchObject({ kind: 'invalid', message: `${prefix}${detail}` });
    expect((await process.exited).code).toBe(program === '/etc' ? 126 : 127);
    expect(leftovers()).toEqual([]);
  });

  test('limits are the container’s', async () => {
    const { rlimits: _, ...process } = host.spec(['sh', '-c', 'ulimit -n']).process;
    const options = { containerId: container.id, execId: 'limits', process, tty: false, stdin: false };
    const limited = await runtime.exec(options);
    expect((await runToEnd(limited)).stdout).toBe('1024\n');
    await limited.delete();
  });

  test('without a container there is nothing to exec in', async () => {
    const options = { execId: 'e', process: host.spec(['true']).process, tty: false, stdin: false };
    await expect(runtime.exec({ ...options, containerId: 'none' })).rejects.toMatchObject({ kind: 'not-found' });
  });
});
