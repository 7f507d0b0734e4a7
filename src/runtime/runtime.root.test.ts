// Real containers through conmon and crun (and runc): what they say, how they end, and that nothing stays behind.

import { expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeContainers, readAll, runToEnd, TestHost } from './testing/test-host.ts';

describeContainers('runtime', import.meta.path, () => {
  const host = new TestHost();
  const runtime = host.runtime();

  function expectNothingLeft(): void {
    expect(runtime.list()).toEqual([]);
    expect(readdirSync(join(host.execRoot, 'exits'))).toEqual([]);
    for (const name of ['crun', 'runc']) {
      const root = join(host.execRoot, 'runtime', name);
      expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
    }
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
    // Where the v2 tree is hidden from it, crun makes plain folders.
    const shadow = join('/sys/fs/cgroup/unified', host.cgroupParent);
    expect(existsSync(shadow) ? readdirSync(shadow) : []).toEqual([]);
  }

  test.each(['crun', 'runc'])('%s: output is whole, the exit code is right, deleting leaves nothing', async name => {
    const container = await runtime.create(
      host.options(['sh', '-c', 'echo out; echo err >&2; exit 7'], {}, { runtime: name }),
    );
    expect(await runToEnd(container)).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
    expect((await container.exited).oomKilled).toBe(false);
    expect(container.signal(9)).toBe(false);
    await container.delete();
    await container.delete();
    expectNothingLeft();
  });

  const refused = 'failed to create task for container: failed to create shim task: OCI runtime create failed: ';
  const init = `${refused}crun create failed: unable to start container process: error during container init: `;
  test.each([
    ['nosuch', `${init}exec: "nosuch": executable file not found in $PATH`],
    ['/nosuch', `${init}exec: "/nosuch": stat /nosuch: no such file or directory`],
    ['plain', `${init}exec: "plain": executable file not found in $PATH`],
    ['/bin/plain', `${init}exec: "/bin/plain": permission denied`],
    ['/etc', `${init}exec: "/etc": is a directory: permission denied`],
  ])('crun: %s cannot be executed and leaves nothing', async (program, message) => {
    const failure = await runtime.create(host.options([program])).catch(error => error);
    expect(failure).toMatchObject({ kind: 'invalid', message });
    expectNothingLeft();
  });

  test('runc: its message is passed on', async () => {
    const failure = await runtime.create(host.options(['nosuch'], {}, { runtime: 'runc' })).catch(error => error);
    const message = `${refused}runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH`;
    expect(failure).toMatchObject({ kind: 'invalid', message });
    expectNothingLeft();
  });

  test('settings that cannot be are refused with the reason', async () => {
    const create = (changes: Parameters<typeof host.options>[1]) =>
      runtime.create(host.options(['true'], changes)).catch((error: Error) => error.message);
    const bind = { kind: 'bind', source: '/etc', destination: '/etc/passwd' } as const;
    expect(await create({ mounts: [bind] })).toContain(
      'not a directory: Are you trying to mount a directory onto a file',
    );
    expect(await create({ sysctls: { 'net.ipv4.nosuch': '1' } })).toContain('open sysctl net.ipv4.nosuch file');
    expect(await create({ cwd: '/etc/passwd' })).toContain('chdir to cwd ("/etc/passwd")');
    expectNothingLeft();
  });

  test('a log that was renamed goes on in a new file, and no line is torn, lost or doubled', async () => {
    const log = join(host.root, 'renamed');
    const script = 'i=0; while [ $i -lt 20 ]; do seq $((i * 1000)) $((i * 1000 + 999)); i=$((i + 1)); done; cat';
    const sink = { path: log, format: 'k8s-file' } as const;
    const container = await runtime.create(host.options(['sh', '-c', script], {}, { stdin: true, log: sink }));
    await container.start();
    const texts: string[] = [];
    for (let file = 0; file < 3; file++) {
      renameSync(log, `${log}.${file}`);
      expect(container.reopenLog()).toBe(true);
      while (!existsSync(log)) await delay(1);
      texts.push(readFileSync(`${log}.${file}`, 'utf8'));
    }
    while (!readFileSync(log, 'utf8').includes(' 19999\n') && !texts.join('').includes(' 19999\n')) await delay(5);
    const records = [...texts, readFileSync(log, 'utf8')].join('').trimEnd().split('\n');
    const text = records.map(record => record.slice(45) + (record[43] === 'F' ? '\n' : '')).join('');
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
    await container.delete();
    expect(container.reopenLog()).toBe(false);
    expectNothingLeft();
  });

  test('stdin ends with the session that owns it, not with another', async () => {
    const container = await runtime.create(host.options(['cat'], {}, { stdin: true, stdinOnce: true }));
    const watcher = await container.attach({ stdin: false });
    const session = await container.attach();
    const output = readAll(session);
    await container.start();
    watcher.close();
    await delay(20);
    await session.stdin.write(Buffer.from('hello\n'));
    session.stdin.end();
    expect(await output).toEqual({ stdout: 'hello\n', stderr: '' });
    expect((await container.exited).code).toBe(0);
    await expect(container.attach()).rejects.toMatchObject({ kind: 'conflict' });
    await container.delete();
    expectNothingLeft();
  });

  test('stdin that is not once-only outlives sessions', async () => {
    const script = 'while read line; do echo "got $line"; done';
    const container = await runtime.create(host.options(['sh', '-c', script], {}, { stdin: true, stdinOnce: false }));
    await container.start();
    for (const word of ['one', 'two']) {
      const session = await container.attach();
      await session.stdin.write(Buffer.from(`${word}\n`));
      for await (const { data } of session.output) {
        expect(data.toString()).toBe(`got ${word}\n`);
        break;
      }
      session.close();
    }
    await container.delete();
    expect((await container.exited).code).toBe(137);
    expectNothingLeft();
  });

  test('a terminal has the size it was given, and the one given later', async () => {
    const script =
      'stty size; until stty size | grep -q "40 120"; do sleep 0.01; done; read answer; echo "got $answer"';
    const changes = { tty: true, consoleSize: { columns: 99, rows: 31 } };
    const container = await runtime.create(
      host.options(['sh', '-c', script], changes, { stdin: true, stdinOnce: true }),
    );
    container.resize(120, 40);
    const session = await container.attach();
    await container.start();
    let stdout = '';
    let answered = false;
    for await (const { data } of session.output) {
      stdout += data;
      // The terminal's echo may come between any two letters of what the program writes meanwhile.
      if (!answered && stdout.includes('\r\n')) {
        answered = true;
        await session.stdin.write(Buffer.from('yes\n'));
      }
    }
    expect((await container.exited).code).toBe(0);
    expect(stdout).toMatch(/^(31 99|40 120)\r\n/);
    expect(stdout).toContain('got yes\r\n');
    await container.delete();
  });

  test('a reader that does not read holds the writer back and loses nothing', async () => {
    const container = await runtime.create(host.options(['sh', '-c', 'yes | head -c 20000000']));
    const session = await container.attach();
    await container.start();
    const early = await Promise.race([container.exited, delay(150).then(() => 'held back')]);
    expect(early).toBe('held back');
    let bytes = 0;
    for await (const { data } of session.output) bytes += data.length;
    expect(bytes).toBe(20_000_000);
    expect((await container.exited).code).toBe(0);
    await container.delete();
  });

  test('nothing of a quick program is lost to a monitor or a reader that is late', async () => {
    const late = await runtime.create(host.options(['echo', 'hi']));
    const monitor = Number(readFileSync(join(host.execRoot, 'c', late.id, 'conmon.pid'), 'utf8'));
    process.kill(monitor, 'SIGSTOP');
    const session = await late.attach({ stdin: false });
    await late.start();
    await delay(200);
    process.kill(monitor, 'SIGCONT');
    expect((await readAll(session)).stdout).toBe('hi\n');
    await late.delete();

    const quick = await runtime.create(host.options(['echo', 'hi']));
    const other = await quick.attach({ stdin: false });
    const started = quick.start();
    Bun.sleepSync(300);
    await started;
    Bun.sleepSync(300);
    expect((await readAll(other)).stdout).toBe('hi\n');
    await quick.delete();
  });

  test('confinement: capabilities, seccomp, no more devices; the second time from the cache', async () => {
    for (let round = 0; round < 2; round++) {
      const container = await runtime.create(host.options(['grep', '-E', 'CapEff|Seccomp:', '/proc/self/status']));
      const { stdout } = await runToEnd(container);
      expect(stdout).toBe('CapEff:\t00000000a80425fb\nSeccomp:\t2\n');
      await container.delete();
    }
  });

  test('out of memory is told apart', async () => {
    const limits = { resources: { memory: 8 << 20, memorySwap: 8 << 20 } };
    const container = await runtime.create(host.options(['sh', '-c', 'x=a; while true; do x=$x$x; done'], limits));
    await container.start();
    expect(await container.exited).toMatchObject({ code: 137, oomKilled: true });
    await container.delete();
    const script = 'sh -c "x=a; while true; do x=\\$x\\$x; done"; sleep 0.1; exit 5';
    const parent = await runtime.create(host.options(['sh', '-c', script], limits));
    await parent.start();
    expect(await parent.exited).toMatchObject({ code: 5, oomKilled: true });
    await parent.delete();
    expectNothingLeft();
  });

  test('deleting kills what is left in the cgroup and what is paused', async () => {
    const shared = { namespaces: { network: 'host', pid: 'host', ipc: 'host', uts: 'host' } };
    const left = await runtime.create(host.options(['sh', '-c', 'sleep 1000 & true'], shared));
    await left.start();
    expect((await left.exited).code).toBe(0);
    await left.delete();
    const paused = await runtime.create(host.options(['sleep', '1000']));
    await paused.start();
    await paused.pause();
    await paused.delete();
    expect((await paused.exited).code).toBe(137);
    const created = await runtime.create(host.options(['sleep', '1000']));
    await created.delete();
    expectNothingLeft();
  });

  test('pause stops and resume goes on', async () => {
    const container = await runtime.create(host.options(['sleep', '1000']));
    await container.start();
    await container.pause();
    expect(readFileSync(`/proc/${container.pid}/status`, 'utf8')).toMatch(/State:\s+[DS]/);
    expect(container.signal(15)).toBe(true);
    await container.resume();
    expect(container.signal(9)).toBe(true);
    expect((await container.exited).code).toBe(137);
    await container.delete();
  });

  test('sweep removes what is not known, and only that', async () => {
    const kept = await runtime.create(host.options(['sleep', '1000']));
    const dropped = await runtime.create(host.options(['sleep', '1000']));
    await kept.start();
    await dropped.start();
    const exits = join(host.execRoot, 'exits');
    for (const name of ['f'.repeat(64), `${kept.id}.X1Y2Z3`]) writeFileSync(join(exits, name), '0');
    await runtime.sweep(new Set([kept.id]));
    expect(runtime.list()).toEqual([kept.id]);
    expect(readdirSync(exits)).toEqual([`${kept.id}.X1Y2Z3`]);
    rmSync(join(exits, `${kept.id}.X1Y2Z3`));
    expect(host.kernel.processes.isAlive(kept.pid)).toBe(true);
    expect(host.kernel.processes.isAlive(dropped.pid)).toBe(false);
    await kept.delete();
    expectNothingLeft();
  });
});
