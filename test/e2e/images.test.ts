// Images: load, import, list, tag, remove.
import { expect } from 'bun:test';
import { imageArchive } from '../support/images.ts';
import { expectCode, scenarios } from '../support/stage.ts';

const fresh = () => `e2e/image-${crypto.randomUUID().slice(0, 8)}`;

scenarios(['busybox'], {
  'load must say what it loaded, twice the same': async ({ cli }) => {
    const archive = await imageArchive('busybox');
    expect(await cli.ok(['load', '-i', archive])).toContain('Loaded image: busybox:latest');
    expect(await cli.ok(['load', '-q', '-i', archive])).toBe('Loaded image: busybox:latest');
  },

  'images must list repository, tag, id and size': async ({ cli }) => {
    const table = await cli.ok(['images', 'busybox']);
    expect(table).toMatch(
      /^REPOSITORY\s+TAG\s+IMAGE ID\s+CREATED\s+SIZE\nbusybox\s+latest\s+[0-9a-f]{12}\s+.* ago\s+1\.\d+MB$/,
    );
    const id = await cli.ok(['images', '-q', '--no-trunc', 'busybox']);
    expect(await cli.ok(['inspect', '-f', '{{.Id}}', '--type', 'image', 'busybox'])).toBe(id);
  },

  'tag and rmi must add and remove a name': async ({ cli }) => {
    const name = fresh();
    await cli.ok(['tag', 'busybox', `${name}:v1`]);
    const listed = await cli.ok(['images', '--format', '{{.Repository}}:{{.Tag}}', name]);
    expect(await cli.ok(['rmi', `${name}:v1`])).toBe(`Untagged: ${name}:v1`);
    expect(listed).toBe(`${name}:v1`);
    expect(await cli.ok(['images', '-q', name])).toBe('');
    expect(await cli.ok(['images', '-q', 'busybox'])).not.toBe('');
  },

  'import must take an archive from the web, and say why it cannot': async ({ cli, serve }) => {
    const name = fresh();
    const layer = Bun.spawn(['tar', '-xOf', await imageArchive('busybox'), './layer.tar'], { stdout: 'pipe' });
    const web = await serve({ 'root.tar': Buffer.from(await new Response(layer.stdout).arrayBuffer()) });
    try {
      const said = await cli.ok(['import', `${web}root.tar`, name]);
      expect(said).toContain(`Downloading from ${web}root.tar\n`);
      expect(said).toMatch(/\nsha256:[0-9a-f]{64}$/);
      expect(await cli.ok(['run', '--rm', name, 'echo', 'works'])).toBe('works');
    } finally {
      await cli.run(['rmi', name]);
    }
    const missing = await cli.run(['import', `${web}nosuch.tar`]);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toContain(`failed to GET ${web}nosuch.tar with status 404 Not Found`);
  },

  'import must make an image that runs, with its changes': async ({ cli }) => {
    const name = fresh();
    const changes = ['-c', 'CMD ["sh", "-c", "echo $MARK; pwd"]', '-c', 'ENV MARK=imported', '-c', 'WORKDIR /srv'];
    const archive = await imageArchive('busybox');
    const layer = Bun.spawn(['tar', '-xOf', archive, './layer.tar'], { stdout: 'pipe' });
    const path = `/tmp/${name.replace('/', '-')}.tar`;
    await Bun.write(path, new Response(layer.stdout));
    try {
      expect(await cli.ok(['import', ...changes, '-m', 'made by a test', path, name])).toMatch(/^sha256:[0-9a-f]{64}$/);
      const environment = ['-e', 'PATH=/bin'];
      expect(await cli.ok(['run', '--rm', ...environment, name])).toBe('imported\n/srv');
      await cli.ok(['rmi', name]);
    } finally {
      await Bun.file(path).delete();
    }
  },

  'rmi must refuse an image that a container uses': async ({ cli, container }) => {
    const name = container();
    await cli.ok(['create', '--name', name, 'busybox']);
    const refused = await cli.run(['rmi', 'busybox']);
    expectCode(refused, 1);
    expect(refused.stderr).toContain('conflict: unable to remove repository reference "busybox" (must force)');
  },

  'an image that is not there must be named': async ({ cli }) => {
    const result = await cli.run(['inspect', '--type', 'image', 'no-such-image']);
    expectCode(result, 1);
    expect(result.stderr).toMatch(/No such image: no-such-image/i);
  },
});
