// The life of a container from create to rm, and what is told about it.
import { expect } from 'bun:test';
import { eventually } from '../support/eventually.ts';
import { expectCode, scenarios } from '../support/stage.ts';

scenarios(['busybox'], {
  'create, start, wait and rm must be the steps of run': async ({ cli, container }) => {
    const name = container();
    const id = await cli.ok(['create', '--name', name, 'busybox', 'sh', '-c', 'echo done; exit 4']);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(await cli.ok(['inspect', '-f', '{{.State.Status}} {{.State.Pid}}', name])).toBe('created 0');
    expect(await cli.ok(['start', name])).toBe(name);
    expect(await cli.ok(['wait', name])).toBe('4');
    expect(await cli.ok(['inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', name])).toBe('exited 4');
    expect(await cli.ok(['logs', name])).toBe('done');
    expect(await cli.ok(['rm', name])).toBe(name);
    expectCode(await cli.run(['inspect', name]), 1);
  },

  'start -a must attach and return the exit code': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['create', '--name', name, 'busybox', 'sh', '-c', 'echo again; exit 6']);
    for (let time = 0; time < 2; time++) {
      expect(await cli.run(['start', '-a', name])).toEqual({ code: 6, stdout: 'again\n', stderr: '' });
    }
    expect(await cli.ok(['logs', name])).toBe('again\nagain');
  },

  'run --rm must leave no container': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '--rm', '--name', name, 'busybox', 'true']);
    await eventually('it is gone', async () => (await cli.ok(['ps', '-aq', '--filter', `name=${name}`])) === '');
  },

  'a second container of the same name must be refused': async ({ cli, container }) => {
    const name = container();
    const id = await cli.ok(['create', '--name', name, 'busybox']);
    const second = await cli.run(['create', '--name', name, 'busybox']);
    expectCode(second, 1);
    expect(second.stderr).toContain(`Conflict. The container name "/${name}" is already in use by container "${id}".`);
  },

  'ps must list the running, ps -a all': async ({ cli, container }) => {
    const [running, ended] = [container(), container()];
    await cli.ok(['run', '-d', '--name', running, 'busybox', 'sleep', '1000']);
    await cli.run(['run', '--name', ended, 'busybox', 'false']);
    const names = async (...flags: string[]) => (await cli.ok(['ps', '--format', '{{.Names}}', ...flags])).split('\n');
    expect(await names()).toContain(running);
    expect(await names()).not.toContain(ended);
    expect(await names('-a')).toContain(ended);
    const line = await cli.ok([
      'ps',
      '-a',
      '--filter',
      `name=${ended}`,
      '--format',
      '{{.Image}}|{{.Command}}|{{.Status}}',
    ]);
    expect(line).toMatch(/^busybox\|"false"\|Exited \(1\) /);
    const table = await cli.ok(['ps', '--filter', `name=${running}`]);
    expect(table).toMatch(
      /^CONTAINER ID\s+IMAGE\s+COMMAND\s+CREATED\s+STATUS\s+PORTS\s+NAMES\n[0-9a-f]{12}\s+busybox\s+"sleep 1000"\s+.* ago\s+Up .*/,
    );
  },

  'stop must send the stop signal, then kill': async ({ cli, container }) => {
    const [polite, deaf] = [container(), container()];
    const trap = 'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.05; done';
    await cli.ok(['run', '-d', '--name', polite, 'busybox', 'sh', '-c', trap]);
    await eventually('it is ready', async () => (await cli.ok(['logs', polite])) === 'ready');
    expect(await cli.ok(['stop', polite])).toBe(polite);
    expect(await cli.ok(['logs', polite])).toBe('ready\nbye');
    expect(await cli.ok(['inspect', '-f', '{{.State.ExitCode}}', polite])).toBe('7');
    await cli.ok(['run', '-d', '--name', deaf, 'busybox', 'sleep', '1000']);
    await cli.ok(['stop', '-t', '1', deaf]);
    expect(await cli.ok(['inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', deaf])).toBe('exited 137');
  },

  'kill -s must send that signal': async ({ cli, container }) => {
    const name = container();
    const trap = 'trap "echo got it" USR1; echo ready; while :; do sleep 0.05; done';
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', trap]);
    await eventually('it is ready', async () => (await cli.ok(['logs', name])) === 'ready');
    await cli.ok(['kill', '-s', 'USR1', name]);
    await eventually('the signal arrived', async () => (await cli.ok(['logs', name])) === 'ready\ngot it');
    await cli.ok(['kill', name]);
    const again = await cli.run(['kill', name]);
    expectCode(again, 1);
    expect(again.stderr).toMatch(/is not running/);
  },

  'restart must be a new process of the same container': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', 'touch /kept; echo started; exec sleep 1000']);
    await eventually('it wrote', async () => (await cli.ok(['logs', name])) === 'started');
    const pid = await cli.ok(['inspect', '-f', '{{.State.Pid}}', name]);
    expect(await cli.ok(['restart', '-t', '0', name])).toBe(name);
    expect(await cli.ok(['inspect', '-f', '{{.State.Running}}', name])).toBe('true');
    expect(await cli.ok(['inspect', '-f', '{{.State.Pid}}', name])).not.toBe(pid);
    await cli.ok(['exec', name, 'test', '-f', '/kept']);
    await eventually('it wrote again', async () => (await cli.ok(['logs', name])) === 'started\nstarted');
  },

  'rm must refuse a running container, rm -f remove it': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sleep', '1000']);
    const refused = await cli.run(['rm', name]);
    expectCode(refused, 1);
    expect(refused.stderr).toContain('container is running: stop the container before removing or force remove');
    expect(await cli.ok(['rm', '-f', name])).toBe(name);
    expectCode(await cli.run(['inspect', name]), 1);
  },

  'rename must free the old name': async ({ cli, container }) => {
    const [name, other] = [container(), container()];
    await cli.ok(['create', '--name', name, 'busybox']);
    await cli.ok(['rename', name, other]);
    expect(await cli.ok(['inspect', '-f', '{{.Name}}', other])).toBe(`/${other}`);
    await cli.ok(['create', '--name', name, 'busybox']);
  },

  'restart policy on-failure:3 must try three times more': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, '--restart', 'on-failure:3', 'busybox', 'sh', '-c', 'echo try; exit 5']);
    const state = '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}';
    await eventually('it gave up', async () => (await cli.ok(['inspect', '-f', state, name])) === 'exited 3 5');
    expect(await cli.ok(['logs', name])).toBe('try\ntry\ntry\ntry');
    await cli.ok(['start', name]);
    const tries = async () => (await cli.ok(['logs', name])).split('\n').length;
    await eventually('it tried anew', async () => (await tries()) === 8);
  },

  'restart policy always must bring it back, and stop must end that': async ({ cli, container }) => {
    const name = container();
    await cli.ok([
      'run',
      '-d',
      '--name',
      name,
      '--restart',
      'always',
      'busybox',
      'sh',
      '-c',
      'echo up; exec sleep 0.2',
    ]);
    await eventually(
      'it came back',
      async () => Number(await cli.ok(['inspect', '-f', '{{.RestartCount}}', name])) >= 2,
    );
    await cli.ok(['stop', '-t', '0', name]);
    const count = await cli.ok(['inspect', '-f', '{{.RestartCount}}', name]);
    await Bun.sleep(1_000);
    expect(await cli.ok(['inspect', '-f', '{{.State.Running}} {{.RestartCount}}', name])).toBe(`false ${count}`);
  },

  'logs must show streams, tail and time, and follow to the end': async ({ cli, container }) => {
    const name = container();
    const script = 'for i in 1 2 3 4 5; do echo line $i; done; sleep 0.2; echo oops >&2; sleep 0.2; echo last';
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sh', '-c', script]);
    const followed = await cli.run(['logs', '-f', name]);
    expect(followed).toEqual({ code: 0, stdout: 'line 1\nline 2\nline 3\nline 4\nline 5\nlast\n', stderr: 'oops\n' });
    expect(await cli.run(['logs', '--tail', '2', name])).toMatchObject({ stdout: 'last\n', stderr: 'oops\n' });
    const timed = await cli.ok(['logs', '-t', '--tail', '1', name]);
    expect(timed).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z last$/);
  },

  'logs -f must go on while the container writes': async ({ cli, container }) => {
    const name = container();
    await cli.ok([
      'run',
      '-d',
      '--name',
      name,
      'busybox',
      'sh',
      '-c',
      'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done',
    ]);
    const logs = cli.start(['logs', '-f', name]);
    try {
      await eventually('ten lines came', () => logs.output().includes('tick 10\n'));
      await cli.ok(['kill', name]);
      expect(await logs.exited).toBe(0);
    } finally {
      await logs.kill();
    }
  },

  'attach must show what comes and return the exit code': async ({ cli, container }) => {
    const name = container();
    await cli.ok([
      'run',
      '-d',
      '-i',
      '--name',
      name,
      'busybox',
      'sh',
      '-c',
      'read line; echo "got $line"; sleep 0.2; exit 8',
    ]);
    const result = await cli.run(['attach', name], { stdin: 'a rope\n', keepStdin: true });
    expect(result).toMatchObject({ code: 8, stdout: 'got a rope\n' });
  },

  'exec must run in the container, with its own environment and code': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, '-e', 'BASE=1', 'busybox', 'sleep', '1000']);
    const flags = ['-e', 'MORE=2', '-w', '/tmp', '-u', 'nobody'];
    expect(await cli.ok(['exec', ...flags, name, 'sh', '-c', 'echo $BASE $MORE; pwd; id -un'])).toBe(
      '1 2\n/tmp\nnobody',
    );
    expectCode(await cli.run(['exec', name, 'sh', '-c', 'exit 3']), 3);
    expectCode(await cli.run(['exec', name, 'no-such-command']), 127);
    expect(await cli.run(['exec', '-i', name, 'cat'], { stdin: 'through\n' })).toMatchObject({
      code: 0,
      stdout: 'through\n',
    });
    await cli.ok(['exec', '-d', name, 'touch', '/made']);
    await eventually(
      'the detached exec ran',
      async () => (await cli.run(['exec', name, 'test', '-f', '/made'])).code === 0,
    );
    await cli.ok(['kill', name]);
    const stopped = await cli.run(['exec', name, 'true']);
    expectCode(stopped, 1);
    expect(stopped.stderr).toMatch(/is not running/);
  },

  'events must tell the life of a container': async ({ cli, container }) => {
    const name = container();
    // What it misses while it starts, it is told of as past.
    const since = ['--since', String(Math.floor(Date.now() / 1000) - 1)];
    const events = cli.start([
      'events',
      ...since,
      '--filter',
      `container=${name}`,
      '--format',
      '{{.Type}} {{.Action}}',
    ]);
    try {
      await cli.run(['run', '--name', name, 'busybox', 'true']);
      await cli.ok(['rm', name]);
      await eventually('it is destroyed', () => events.output().includes('container destroy'));
      const actions = events
        .output()
        .trim()
        .split('\n')
        .map(line => line.split(' ')[1]);
      const known = actions.filter(action => ['create', 'start', 'die', 'destroy'].includes(action ?? ''));
      expect(known).toEqual(['create', 'start', 'die', 'destroy']);
    } finally {
      await events.kill();
    }
  },

  'inspect must describe what was asked for': async ({ cli, container }) => {
    const name = container();
    const flags = [
      '--memory',
      '32m',
      '--cpus',
      '1.5',
      '--restart',
      'on-failure:2',
      '-e',
      'A=b',
      '--cap-drop',
      'MKNOD',
      '-w',
      '/work',
    ];
    await cli.ok(['create', '--name', name, ...flags, 'busybox', 'sleep', '5']);
    const [found] = JSON.parse(await cli.ok(['inspect', name])) as Record<string, Record<string, unknown>>[];
    expect(found).toMatchObject({
      Name: `/${name}`,
      Path: 'sleep',
      Args: ['5'],
      RestartCount: 0,
      State: { Status: 'created', Running: false, ExitCode: 0 },
      Config: { Cmd: ['sleep', '5'], Image: 'busybox', WorkingDir: '/work' },
      HostConfig: {
        Memory: 33554432,
        NanoCpus: 1500000000,
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
        NetworkMode: 'bridge',
        LogConfig: { Type: 'json-file' },
      },
    });
    expect(found?.Config?.Env).toContain('A=b');
  },
});
