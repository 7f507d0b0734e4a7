// What the engine says of itself, and how the command line refuses.
import { expect } from 'bun:test';
import { expectCode, scenarios } from '../support/stage.ts';

scenarios([], {
  'version must tell client and server': async ({ cli }) => {
    expect(
      await cli.ok(['version', '--format', '{{.Server.APIVersion}} {{.Server.MinAPIVersion}} {{.Server.Os}}']),
    ).toBe('1.51 1.24 linux');
    const text = await cli.ok(['version']);
    expect(text).toMatch(/^Client:/m);
    expect(text).toMatch(/^Server:/m);
  },

  'info must describe the engine': async ({ cli }) => {
    const info = JSON.parse(await cli.ok(['info', '--format', '{{json .}}']));
    expect(info).toMatchObject({
      OSType: 'linux',
      DefaultRuntime: expect.any(String),
      Driver: expect.stringMatching(/^overlay/),
    });
    expect(info.NCPU).toBeGreaterThan(0);
    expect(info.MemTotal).toBeGreaterThan(0);
    const text = await cli.ok(['info']);
    expect(text).toMatch(/^ Storage Driver: overlay/m);
    expect(text).toMatch(/^ Cgroup Version: [12]$/m);
  },

  'a container that is not there must be named, for every command': async ({ cli }) => {
    const commands = ['start', 'stop', 'kill', 'rm', 'logs', 'wait', 'restart', 'attach'].map(verb => [
      verb,
      'nobody-here',
    ]);
    for (const args of [...commands, ['exec', 'nobody-here', 'true'], ['rename', 'nobody-here', 'x']]) {
      const result = await cli.run(args);
      expectCode(result, 1);
      expect(result.stderr).toContain('No such container: nobody-here');
    }
  },

  'several containers must be handled one by one, failing for the wrong ones': async ({ cli }) => {
    const result = await cli.run(['rm', 'first-missing', 'second-missing']);
    expectCode(result, 1);
    expect(result.stderr).toContain('first-missing');
    expect(result.stderr).toContain('second-missing');
  },

  'no daemon must be said, and where it was looked for': async ({ cli }) => {
    const result = await cli.run(['-H', 'unix:///nowhere/at/all.sock', 'ps']);
    expect(result.code).toBe(1);
  },
});
