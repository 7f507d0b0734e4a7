// Containers and execs on a terminal: size, keys, detaching.
import { expect } from 'bun:test';
import { eventually } from '../support/eventually.ts';
import { scenarios } from '../support/stage.ts';

const detachKeys = '\x10\x11';

scenarios(['busybox', 'debian'], {
  'run -it must be a terminal of the size of ours, and follow it': async ({ cli }) => {
    await using terminal = cli.terminal(['run', '--rm', '-it', 'debian:bookworm', 'bash'], { columns: 100, rows: 40 });
    await terminal.expect(/root@\w+:\/# /);
    terminal.type('test -t 0 && test -t 1 && echo is-a-$(echo terminal)\n');
    await terminal.expect(/is-a-terminal/);
    terminal.type('stty size\n');
    await terminal.expect(/40 100/);
    terminal.resize({ columns: 77, rows: 22 });
    await eventually('the new size arrives', async () => {
      terminal.type('stty size\n');
      return await terminal.expect(/22 77/, 500);
    });
    terminal.type('exit 3\n');
    expect(await terminal.exited).toBe(3);
  },

  'run -it must interrupt the command on ^C and keep the shell': async ({ cli }) => {
    await using terminal = cli.terminal(['run', '--rm', '-it', 'debian:bookworm', 'bash']);
    await terminal.expect(/# /);
    terminal.type('echo going-to-$(echo sleep); sleep 1000\n');
    await terminal.expect(/going-to-sleep/);
    terminal.type('\x03');
    await terminal.expect(/# /);
    terminal.type('echo code $?\n');
    await terminal.expect(/code 130/);
    terminal.type('\x04');
    await terminal.exited;
  },

  'run -it must end with 130 when ^C ends the command itself': async ({ cli }) => {
    await using terminal = cli.terminal([
      'run',
      '--rm',
      '-it',
      'busybox',
      'sh',
      '-c',
      'trap "exit 130" INT; echo ready; while :; do sleep 0.1; done',
    ]);
    await terminal.expect(/ready/);
    terminal.type('\x03');
    expect(await terminal.exited).toBe(130);
  },

  'run -it must detach on ^P^Q and attach must come back': async ({ cli, container }) => {
    const name = container();
    {
      await using terminal = cli.terminal(['run', '--name', name, '-it', 'busybox', 'sh']);
      await terminal.expect(/\/ # /);
      terminal.type('HERE=still\n');
      await terminal.expect(/\/ # /);
      terminal.type(detachKeys);
      expect(await terminal.exited).toBe(0);
    }
    expect(await cli.ok(['inspect', '-f', '{{.State.Running}}', name])).toBe('true');
    {
      await using terminal = cli.terminal(['attach', name]);
      terminal.type('\n');
      await terminal.expect(/\/ # /);
      terminal.type(detachKeys);
      await terminal.expect(/read escape sequence/);
      expect(await terminal.exited).toBe(1);
    }
    await using terminal = cli.terminal(['attach', name]);
    terminal.type('\necho am $HERE here\n');
    await terminal.expect(/am still here/);
    terminal.type('exit 5\n');
    expect(await terminal.exited).toBe(5);
  },

  'exec -it must be a terminal in the running container': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, 'busybox', 'sleep', '1000']);
    await using terminal = cli.terminal(['exec', '-it', name, 'sh'], { columns: 90, rows: 30 });
    await terminal.expect(/# /);
    terminal.type('stty size; cat /proc/1/cmdline | tr "\\0" " "; echo\n');
    await terminal.expect(/30 90/);
    await terminal.expect(/sleep 1000/);
    terminal.resize({ columns: 66, rows: 11 });
    await eventually('the new size arrives', async () => {
      terminal.type('stty size\n');
      return await terminal.expect(/11 66/, 500);
    });
    terminal.type('exit 9\n');
    expect(await terminal.exited).toBe(9);
  },

  'run -t without a terminal on our side must still have one inside': async ({ cli }) => {
    const result = await cli.run(['run', '--rm', '-t', 'busybox', 'sh', '-c', 'test -t 1 && echo yes']);
    expect(result).toMatchObject({ code: 0, stdout: 'yes\r\n' });
  },
});
