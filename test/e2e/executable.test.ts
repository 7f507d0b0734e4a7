// The built executable: what it is called decides what it is, and the current folder decides nothing.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { eventually } from '../support/eventually.ts';
import { run, runOk } from '../support/run.ts';

const [program = '', ...rest] = berthCommand();
const built = rest.length === 0;

describe.skipIf(!built)('the executable', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bt-exe-'));
    for (const name of ['docker', 'dockerd']) symlinkSync(program, join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('called docker must be the command line', async () => {
    await using daemon = await TestDaemon.start();
    const docker = join(folder, 'docker');
    expect(await runOk([docker, '-H', daemon.host, 'ps', '-q'])).toBe('');
    expect(await runOk([docker, 'ps', '-q'], { env: { DOCKER_HOST: daemon.host } })).toBe('');
    expect(await runOk([docker, '--version'])).toMatch(/version/);
  });

  test('called dockerd must be the daemon, with its flags', async () => {
    await using daemon = await TestDaemon.start();
    await daemon.stop();
    const [, , ...flags] = daemon.command();
    const child = Bun.spawn([join(folder, 'dockerd'), ...flags], { stdio: ['ignore', 'ignore', 'ignore'] });
    try {
      await eventually('it answers', () => daemon.ping());
    } finally {
      child.kill('SIGTERM');
      await child.exited;
    }
    expect(await child.exited).toBe(0);
  });

  test('must obey neither .env nor bunfig.toml of the current folder', async () => {
    writeFileSync(join(folder, '.env'), 'DOCKER_HOST=unix:///from/dot/env.sock\n');
    writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./preload.ts"]\n');
    writeFileSync(
      join(folder, 'preload.ts'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'ran'))}, '');\n`,
    );
    const script = `cd ${folder} && exec "$0" ps`;
    const { stderr } = await run(['sh', '-c', script, program], {
      env: { DOCKER_HOST: undefined, BERTH_HOST: undefined },
    });
    expect(stderr).not.toContain('from/dot/env');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});
