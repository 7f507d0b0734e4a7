// Health checks: what is probed, how often, and who hears of it.
import { expect } from 'bun:test';
import { eventually } from '../support/eventually.ts';
import { expectCode, type Scene, scenarios } from '../support/stage.ts';

const probing = ['--health-interval', '200ms', '--health-retries', '2'];
const health = ({ cli }: Pick<Scene, 'cli'>, name: string) =>
  cli.ok(['inspect', '-f', '{{.State.Health.Status}}', name]);
const becomes = (scene: Pick<Scene, 'cli'>, name: string, status: string) =>
  eventually(`it is ${status}`, async () => (await health(scene, name)) === status);

scenarios(['busybox'], {
  'a probe must make a container healthy or unhealthy, for all to see': async ({ cli, container }) => {
    const name = container();
    // What it misses while it starts, it is told of as past.
    const since = String(Math.floor(Date.now() / 1000) - 1);
    const events = cli.start([
      ...['events', '--since', since],
      '--filter',
      'type=container',
      '--format',
      '{{.Actor.Attributes.name}} {{.Action}}',
    ]);
    try {
      const check = ['--health-cmd', 'echo looked; test -e /well', ...probing];
      await cli.ok(['run', '-d', '--name', name, ...check, 'busybox', 'sleep', '1000']);
      await becomes({ cli }, name, 'unhealthy');
      expect(await cli.ok(['ps', '--filter', `name=${name}`, '--format', '{{.Status}}'])).toMatch(
        /^Up .* \(unhealthy\)$/,
      );
      await cli.ok(['exec', name, 'touch', '/well']);
      await becomes({ cli }, name, 'healthy');
      const last = '{{with index .State.Health.Log 0}}{{printf "%q" .Output}}{{end}} {{.State.Health.FailingStreak}}';
      expect(await cli.ok(['inspect', '-f', last, name])).toBe('"looked\\n" 0');
      const filtered = (status: string) => cli.ok(['ps', '--filter', `health=${status}`, '--format', '{{.Names}}']);
      expect((await filtered('healthy')).split('\n')).toContain(name);
      expect((await filtered('unhealthy')).split('\n')).not.toContain(name);
      const expected = [`${name} health_status: unhealthy`, `${name} health_status: healthy`];
      await eventually('both were told', () => expected.every(line => events.output().includes(`${line}\n`)));
    } finally {
      await events.kill();
    }
  },

  'at most five results must be kept, and 4096 bytes of each': async ({ cli, container }) => {
    const name = container();
    const check = ['--health-cmd', 'yes 0123456789 | head -n 1000', '--health-interval', '100ms'];
    await cli.ok(['run', '-d', '--name', name, ...check, 'busybox', 'sleep', '1000']);
    const kept = '{{len .State.Health.Log}}';
    await eventually('there are five', async () => (await cli.ok(['inspect', '-f', kept, name])) === '5');
    await Bun.sleep(500);
    const output = '{{with index .State.Health.Log 4}}{{len .Output}}{{end}}';
    expect(await cli.ok(['inspect', '-f', `${kept} ${output}`, name])).toBe('5 4099');
  },

  'a probe that takes too long must fail with what it said': async ({ cli, container }) => {
    const name = container();
    const once = ['--health-interval', '200ms', '--health-retries', '1'];
    const check = ['--health-cmd', 'echo slow; sleep 60', '--health-timeout', '3s', ...once];
    await cli.ok(['run', '-d', '--name', name, ...check, 'busybox', 'sleep', '1000']);
    await becomes({ cli }, name, 'unhealthy');
    const first = '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}';
    expect(await cli.ok(['inspect', '-f', first, name])).toBe('-1 Health check exceeded timeout (3s): slow');
  },

  'failures must not count in the start period': async ({ cli, container }) => {
    const name = container();
    const period = ['--health-start-period', '60s', '--health-start-interval', '100ms'];
    await cli.ok([
      'run',
      '-d',
      '--name',
      name,
      '--health-cmd',
      'false',
      ...probing,
      ...period,
      'busybox',
      'sleep',
      '1000',
    ]);
    const log = '{{len .State.Health.Log}} {{.State.Health.Status}} {{.State.Health.FailingStreak}}';
    await eventually('it failed often', async () => (await cli.ok(['inspect', '-f', log, name])).startsWith('5 '));
    expect(await cli.ok(['inspect', '-f', log, name])).toBe('5 starting 0');
    expect(await cli.ok(['ps', '--filter', `name=${name}`, '--format', '{{.Status}}'])).toMatch(
      /\(health: starting\)$/,
    );
  },

  'pausing must stop the probes, unpausing go on with them': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, '--health-cmd', 'true', ...probing, 'busybox', 'sleep', '1000']);
    await becomes({ cli }, name, 'healthy');
    await cli.ok(['pause', name]);
    const log = () => cli.ok(['inspect', '-f', '{{json .State.Health.Log}}', name]);
    // One may just have ended.
    await eventually('the probes have stopped', async () => {
      const before = await log();
      await Bun.sleep(600);
      return (await log()) === before;
    });
    await cli.ok(['unpause', name]);
    await becomes({ cli }, name, 'healthy');
  },

  '--no-healthcheck must leave no health': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['run', '-d', '--name', name, '--no-healthcheck', 'busybox', 'sleep', '1000']);
    expect(await cli.ok(['inspect', '-f', '{{json .State.Health}} {{.Config.Healthcheck.Test}}', name])).toBe(
      'null [NONE]',
    );
    expect(await cli.ok(['ps', '--filter', 'health=none', '--format', '{{.Names}}'])).toContain(name);
    const refused = await cli.run(['ps', '--filter', 'health=fine']);
    expectCode(refused, 1);
    expect(refused.stderr).toContain('must be one of none, starting, healthy, unhealthy');
  },
});
