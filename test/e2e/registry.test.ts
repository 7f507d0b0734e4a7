// Images on their way: push, pull, search, login, manifest lists, save and load.
import { expect } from 'bun:test';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandLine, expectCode, type Scene, scenarios } from '../support/stage.ts';

const digest = /sha256:[0-9a-f]{64}/;

/** A free repository name of a registry, and busybox under `tags` of it; all of that is removed after `play`. */
async function withImage(
  { cli }: Scene,
  repository: string,
  play: (name: (tag: string) => string) => Promise<void>,
  tags: readonly string[] = ['1'],
): Promise<void> {
  const name = (tag: string) => `${repository}:${tag}`;
  for (const tag of tags) await cli.ok(['tag', 'busybox', name(tag)]);
  try {
    await play(name);
  } finally {
    await forget(cli, repository);
  }
}

/** Makes an image with a layer that no other has. */
async function makeImage({ cli, container }: Scene, name: string): Promise<void> {
  const made = container();
  await cli.ok(['run', '--name', made, 'busybox', 'sh', '-c', `echo ${made} > /made`]);
  await cli.ok(['commit', made, name]);
  await cli.ok(['rm', made]);
}

/** Removes every local name of a repository. */
async function forget(cli: CommandLine, repository: string): Promise<void> {
  const names = await cli.ok(['images', '--format', '{{.Repository}}:{{.Tag}}', repository]);
  for (const each of names.split('\n').filter(Boolean)) await cli.run(['rmi', each]);
}

/** A registry that knows one user, and an environment whose configuration is the scenario's own. */
async function privateRegistry({ registry, folder }: Scene) {
  const { here } = folder();
  const file = join(here, 'users');
  writeFileSync(file, `me:${await Bun.password.hash('secret', { algorithm: 'bcrypt', cost: 4 })}\n`);
  const { host } = await registry(() => ({ auth: { htpasswd: file } }));
  return { host, env: { DOCKER_CONFIG: join(here, 'config') }, config: join(here, 'config', 'config.json') };
}

scenarios(['busybox'], {
  'push and pull must move an image and say what they do': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    await withImage(scene, `${host}/e2e/moved`, async name => {
      const pushed = await cli.ok(['push', name('1')]);
      expect(pushed).toStartWith(`The push refers to repository [${host}/e2e/moved]\n`);
      expect(pushed).toMatch(/\n[0-9a-f]{12}: Pushed\n1: digest: sha256:[0-9a-f]{64} size: \d+$/);
      expect(await cli.ok(['push', name('1')])).toContain('Layer already exists');

      await cli.ok(['rmi', name('1')]);
      const pulled = await cli.ok(['pull', name('1')]);
      expect(pulled).toStartWith('1: Pulling from e2e/moved\n');
      expect(pulled).toContain(`\nDigest: ${digest.exec(pushed)?.[0]}\n`);
      expect(pulled).toEndWith(`\nStatus: Downloaded newer image for ${name('1')}\n${name('1')}`);
      expect(await cli.ok(['pull', name('1')])).toContain(`Status: Image is up to date for ${name('1')}`);
      expect(await cli.ok(['pull', '-q', name('1')])).toBe(name('1'));
      expect(await cli.ok(['run', '--rm', name('1'), 'echo', 'it runs'])).toBe('it runs');
    });
  },

  'push and pull with --all-tags must move every tag': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    const repository = `${host}/e2e/tags`;
    await withImage(
      scene,
      repository,
      async () => {
        const pushed = await cli.ok(['push', '-a', repository]);
        for (const tag of ['1', '2', 'latest']) expect(pushed).toContain(`${tag}: digest: sha256:`);
        await forget(cli, repository);
        await cli.ok(['pull', '-a', '-q', repository]);
        const tags = await cli.ok(['images', '--format', '{{.Tag}}', repository]);
        expect(tags.split('\n').sort()).toEqual(['1', '2', 'latest']);
        expectCode(await cli.run(['pull', '-a', `${repository}:1`]), 1);
      },
      ['1', '2', 'latest'],
    );
  },

  'run must pull an image that is missing, and tell about it beside the output': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    await withImage(scene, `${host}/e2e/missing`, async name => {
      await cli.ok(['push', '-q', name('1')]);
      await cli.ok(['rmi', name('1')]);
      const never = await cli.run(['run', '--rm', '--pull', 'never', name('1'), 'true']);
      expectCode(never, 125);
      expect(never.stderr).toContain(`No such image: ${name('1')}`);

      const ran = await cli.run(['run', '--rm', name('1'), 'echo', 'done']);
      expectCode(ran, 0);
      expect(ran.stdout).toBe('done\n');
      expect(ran.stderr).toStartWith(`Unable to find image '${name('1')}' locally\n1: Pulling from e2e/missing\n`);
      const quiet = await cli.run(['run', '--rm', '-q', '--pull', 'always', name('1'), 'true']);
      expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
      const always = await cli.run(['run', '--rm', '--pull', 'always', name('1'), 'true']);
      expect(always.stderr).toContain('Image is up to date');
    });
  },

  'pull must say what is not there': async scene => {
    const { host } = await scene.registry();
    const result = await scene.cli.run(['pull', `${host}/e2e/nothing:1`]);
    expectCode(result, 1);
    expect(result.stderr).toMatch(/^Error response from daemon: repository .*e2e\/nothing not found: name unknown/);
  },

  'push and pull on a terminal must draw rows, each in its place': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    const name = `${host}/e2e/rows:1`;
    await makeImage(scene, name);
    const size = { columns: 120, rows: 24 };
    try {
      await using push = cli.terminal(['push', name], size);
      await push.expect(/The push refers to repository/);
      await push.expect(/\x1b\[[12]A\x1b\[2K\r[0-9a-f]{12}: Pushed /);
      await push.expect(/1: digest: sha256:[0-9a-f]{64} size: \d+\r\n/);
      expect(await push.exited).toBe(0);
      await cli.ok(['rmi', name]);

      await using pull = cli.terminal(['pull', name], size);
      await pull.expect(/1: Pulling from e2e\/rows\r\n/);
      await pull.expect(/\x1b\[[12]A\x1b\[2K\r[0-9a-f]{12}: Already exists /);
      await pull.expect(/\x1b\[[12]A\x1b\[2K\r[0-9a-f]{12}: Pull complete /);
      await pull.expect(/Status: Downloaded newer image for .*\r\n127\.0\.0\.1:\d+\/e2e\/rows:1\r\n/);
      expect(await pull.exited).toBe(0);
    } finally {
      await forget(cli, `${host}/e2e/rows`);
    }
  },

  'login must keep what push and pull then use, and logout must forget it': async scene => {
    const { cli } = scene;
    const { host, env, config } = await privateRegistry(scene);
    await withImage(scene, `${host}/e2e/private`, async name => {
      const refused = await cli.run(['push', name('1')], { env });
      expectCode(refused, 1);
      const wrong = await cli.run(['login', '-u', 'me', '--password-stdin', host], { env, stdin: 'guess' });
      expectCode(wrong, 1);
      expect(wrong.stderr).toMatch(/^Error response from daemon: .*401 Unauthorized$/m);

      const login = await cli.run(['login', '-u', 'me', '--password-stdin', host], { env, stdin: 'secret\n' });
      expect(login.stdout).toBe('Login Succeeded\n');
      expect(login.stderr).toMatch(/^WARNING! Your (?:credentials are|password will be) stored unencrypted/m);
      expect(statSync(config).mode & 0o777).toBe(0o600);
      const { auths } = JSON.parse(readFileSync(config, 'utf8'));
      expect(auths).toEqual({ [host]: { auth: Buffer.from('me:secret').toString('base64') } });

      await cli.ok(['push', name('1')], { env });
      await cli.ok(['rmi', name('1')]);
      await cli.ok(['pull', name('1')], { env });
      expect(await cli.ok(['logout', host], { env })).toBe(`Removing login credentials for ${host}`);
      expectCode(await cli.run(['pull', name('1')], { env }), 1);
    });
  },

  'login on a terminal must ask, and not show the password': async scene => {
    const { host, env } = await privateRegistry(scene);
    await using terminal = scene.cli.terminal(['--config', env.DOCKER_CONFIG, 'login', host]);
    await terminal.expect(/Username: /);
    terminal.type('me\n');
    await terminal.expect(/Password: /);
    terminal.type('secret\n');
    await terminal.expect(/Login Succeeded/);
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen).not.toContain('secret');
  },

  'search must find what was pushed': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    await withImage(scene, `${host}/e2e/needle`, async name => {
      await cli.ok(['push', '-q', name('1')]);
      const found = await cli.ok(['search', '--format', '{{.Name}}', `${host}/needle`]);
      expect(found).toContain('e2e/needle');
    });
  },

  'a manifest list must be made, pushed and pulled by': async scene => {
    const { cli } = scene;
    const { host } = await scene.registry();
    const repository = `${host}/e2e/list`;
    const env = { DOCKER_CONFIG: join(scene.folder().here, 'config') };
    const name = (tag: string) => `${repository}:${tag}`;
    await makeImage(scene, name('1'));
    try {
      await cli.ok(['push', '-q', name('1')]);
      await cli.ok(['manifest', 'create', '--insecure', name('all'), name('1')], { env });
      await cli.ok(['manifest', 'annotate', name('all'), name('1'), '--variant', 'v1'], { env });
      const shown = JSON.parse(await cli.ok(['manifest', 'inspect', name('all')], { env }));
      expect(shown.manifests).toMatchObject([{ platform: { os: 'linux', variant: 'v1' } }]);
      const pushed = await cli.ok(['manifest', 'push', '--insecure', '-p', name('all')], { env });
      expect(pushed).toMatch(digest);
      await forget(cli, repository);
      expect(await cli.ok(['pull', name('all')])).toContain(`Digest: ${digest.exec(pushed)?.[0]}`);
    } finally {
      await forget(cli, repository);
    }
  },

  'save must write an archive that load reads, and refuse a terminal': async scene => {
    const { cli } = scene;
    const { here } = scene.folder();
    const archive = join(here, 'images.tar');
    await withImage(
      scene,
      'e2e/saved',
      async name => {
        await cli.ok(['save', '-o', archive, name('1'), name('2')]);
        await forget(cli, 'e2e/saved');
        const loaded = await cli.ok(['load', '-i', archive]);
        expect(loaded.split('\n').sort()).toEqual([`Loaded image: ${name('1')}`, `Loaded image: ${name('2')}`]);
        await using terminal = cli.terminal(['save', name('1')]);
        await terminal.expect(/cowardly refusing to save to a terminal\. Use the -o flag or redirect/);
        expect(await terminal.exited).toBe(1);
      },
      ['1', '2'],
    );
  },
});
