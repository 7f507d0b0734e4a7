// Files in and out of containers: cp, diff, export, commit.
import { expect } from 'bun:test';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { run, runOk } from '../support/run.ts';
import { type CommandLine, expectCode, type Scene, scenarios } from '../support/stage.ts';

/** A container that has run `script` and goes on (or, without `keep`, has ended). */
async function prepared({ cli, container }: Scene, script: string, flags: string[] = [], keep = true): Promise<string> {
  const name = container();
  const rest = keep ? '; echo ready; exec sleep 1000' : '; echo ready';
  await cli.ok(['run', '-d', '--name', name, ...flags, 'busybox', 'sh', '-c', `${script}${rest}`]);
  await eventually('it is ready', async () => (await cli.ok(['logs', name])).includes('ready'));
  if (!keep) await cli.ok(['wait', name]);
  return name;
}

/** What an archive of a path lists, by name. */
async function members(cli: CommandLine, container: string, path: string): Promise<Map<string, string>> {
  const { stdout } = await cli.run(['cp', `${container}:${path}`, '-']);
  const list = await runOk(['tar', '-tvP', '--numeric-owner', '--full-time'], { stdin: stdout });
  return new Map(list.split('\n').map(line => [/\S+(?= -> )|\S+$/.exec(line)?.[0] ?? '', line]));
}

async function refused(cli: CommandLine, args: string[], message: string): Promise<void> {
  const result = await cli.run(args);
  expectCode(result, 1);
  // docker's own archiver complains of the pipe it was cut off from, before the reason.
  expect(result.stderr.trim().split('\n').at(-1)).toBe(message);
}

const tree =
  'mkdir -p /d/e; echo a >/d/a; chmod 4751 /d/a; ln -s a /d/la; ln /d/a /d/h; ln -s /d /ld; ln -s /nope /dang';

scenarios(['busybox'], {
  'cp must bring files, folders and links out, running or not': async scene => {
    const { cli, folder } = scene;
    for (const keep of [true, false]) {
      const name = await prepared(scene, tree, [], keep);
      const { here } = folder();
      await cli.ok(['cp', `${name}:/d`, join(here, 'new')]);
      expect(readFileSync(join(here, 'new/a'), 'utf8')).toBe('a\n');
      expect(statSync(join(here, 'new/a')).mode & 0o7777).toBe(0o4751);
      expect(statSync(join(here, 'new/h')).ino).toBe(statSync(join(here, 'new/a')).ino);
      expect(readlinkSync(join(here, 'new/la'))).toBe('a');
      await cli.ok(['cp', `${name}:/d`, join(here, 'new')]);
      expect(existsSync(join(here, 'new/d/a'))).toBe(true);
      mkdirSync(join(here, 'content'));
      await cli.ok(['cp', `${name}:/d/.`, join(here, 'content')]);
      expect(existsSync(join(here, 'content/a'))).toBe(true);
      await cli.ok(['cp', `${name}:/d/a`, join(here, 'renamed')]);
      expect(readFileSync(join(here, 'renamed'), 'utf8')).toBe('a\n');
      await cli.ok(['cp', `${name}:/ld`, join(here, 'link')]);
      expect(readlinkSync(join(here, 'link'))).toBe('/d');
      await cli.ok(['cp', '-L', `${name}:/ld`, join(here, 'followed')]);
      expect(existsSync(join(here, 'followed/a'))).toBe(true);
      await cli.ok(['cp', `${name}:/ld/`, join(here, 'slash')]);
      expect(lstatSync(join(here, 'slash')).isDirectory()).toBe(true);
    }
  },

  'cp must put files and folders in, running or not': async scene => {
    const { cli, folder } = scene;
    const { here } = folder();
    mkdirSync(join(here, 'src/sub'), { recursive: true });
    writeFileSync(join(here, 'src/f'), 'from the host');
    chmodSync(join(here, 'src/f'), 0o640);
    symlinkSync('f', join(here, 'src/l'));
    for (const keep of [true, false]) {
      const name = await prepared(scene, tree, [], keep);
      await cli.ok(['cp', join(here, 'src'), `${name}:/new`]);
      await cli.ok(['cp', join(here, 'src'), `${name}:/new`]);
      await cli.ok(['cp', `${here}/src/.`, `${name}:/d`]);
      await cli.ok(['cp', join(here, 'src/f'), `${name}:/ld`]);
      await cli.ok(['cp', join(here, 'src/f'), `${name}:/dang`]);
      await cli.ok(['cp', join(here, 'src/f'), `${name}:/d/a`]);
      await cli.ok(['cp', '-L', join(here, 'src/l'), `${name}:/d/ll`]);
      const lists = await Promise.all(['/new', '/d', '/nope'].map(path => members(cli, name, path)));
      const found = new Map(lists.flatMap(list => [...list]));
      for (const path of ['new/f', 'new/src/f', 'd/f', 'nope', 'd/ll']) {
        expect(found.get(path)).toMatch(/^-rw-r----- 0\/0 +13 /);
      }
      expect(found.get('new/l')).toStartWith('lrwxrwxrwx');
      expect(found.get('d/h')).toMatch(/^-rwsr-x--x 0\/0 +2 /);
      expect(found.get('d/sub/')).toStartWith('drwxr-xr-x');
    }
  },

  'cp must refuse in Docker’s words': async scene => {
    const { cli, folder } = scene;
    const { here } = folder();
    writeFileSync(join(here, 'file'), '');
    mkdirSync(join(here, 'dir'));
    const name = await prepared(scene, `${tree}; touch /d/dir`);
    const daemon = (text: string) => `Error response from daemon: ${text}`;
    await refused(cli, ['cp', `${name}:/none`, here], daemon(`Could not find the file /none in container ${name}`));
    await refused(cli, ['cp', `${name}:/d/a/x`, here], daemon('lstat /d/a/x: not a directory'));
    await refused(cli, ['cp', 'no-such:/x', here], daemon('No such container: no-such'));
    await refused(cli, ['cp', `${name}:/d`, join(here, 'file')], 'cannot copy directory');
    await refused(cli, ['cp', `${name}:/d/a`, join(here, 'none/')], 'no such directory');
    const missing = `invalid output path: directory "${join(here, 'none')}" does not exist`;
    await refused(cli, ['cp', `${name}:/d`, join(here, 'none/x')], missing);
    await refused(cli, ['cp', join(here, 'file'), `${name}:/none/`], 'no such directory');
    const nowhere = daemon(`Could not find the file /none in container ${name}`);
    await refused(cli, ['cp', join(here, 'file'), `${name}:/none/x`], nowhere);
    await refused(
      cli,
      ['cp', join(here, 'none'), `${name}:/`],
      `lstat ${join(here, 'none')}: no such file or directory`,
    );
    await refused(cli, ['cp', `${name}:/a`, `${name}:/b`], 'copying between containers is not supported');
    await refused(cli, ['cp', 'a', 'b'], 'must specify at least one container source');
    await refused(cli, ['cp', '-', `${name}:/d/a`], `destination "${name}:/d/a" must be a directory`);
    const kinds = daemon('cannot overwrite non-directory "dir" with directory "/d"');
    await refused(cli, ['cp', join(here, 'dir'), `${name}:/d`], kinds);
  },

  'cp must stream archives, with owners': async scene => {
    const { cli, folder } = scene;
    const name = await prepared(scene, `${tree}; chown 12:34 /d/a`);
    const { here } = folder();
    const archive = join(here, 'out.tar');
    const pipeline = (command: string) => run(['bash', '-c', command]);
    const list = await cli.run(['cp', `${name}:/d`, '-']);
    expectCode(list, 0);
    writeFileSync(archive, list.stdout);
    expect(await runOk(['tar', '--numeric-owner', '-tvf', archive])).toContain('12/34');
    expectCode(await pipeline(`tar -C ${here} --owner=56 --group=78 -cf ${here}/in.tar out.tar`), 0);
    const put = await cli.run(['cp', '-', `${name}:/d/e`], { stdin: readFileSync(join(here, 'in.tar'), 'latin1') });
    expectCode(put, 0);
    expect((await members(cli, name, '/d/e')).get('e/out.tar')).toContain(' 56/78 ');
    await cli.ok(['cp', '-a', archive, `${name}:/d/kept`]);
  },

  'cp must see volumes and binds, and refuse read-only ones': async scene => {
    const { cli, folder, volume } = scene;
    const [shared, data] = [folder(), volume()];
    writeFileSync(join(shared.here, 'bound'), 'bound');
    const flags = ['--read-only', '-v', `${data}:/data`, '-v', `${shared.there}:/ro:ro`];
    for (const keep of [true, false]) {
      const name = await prepared(scene, 'echo volume >/data/v', flags, keep);
      const { here } = folder();
      await cli.ok(['cp', `${name}:/data/v`, here]);
      expect(readFileSync(join(here, 'v'), 'utf8')).toBe('volume\n');
      await cli.ok(['cp', `${name}:/ro/bound`, here]);
      expect(readFileSync(join(here, 'bound'), 'utf8')).toBe('bound');
      await cli.ok(['cp', join(here, 'bound'), `${name}:/data/${keep}`]);
      const daemon = 'Error response from daemon:';
      await refused(cli, ['cp', join(here, 'v'), `${name}:/ro`], `${daemon} mounted volume is marked read-only`);
      await refused(cli, ['cp', join(here, 'v'), `${name}:/tmp`], `${daemon} container rootfs is marked read-only`);
    }
    const seen = await cli.ok(['run', '--rm', '-v', `${data}:/data`, 'busybox', 'ls', '/data']);
    expect(seen.split('\n').sort()).toEqual(['false', 'true', 'v']);
  },

  'cp must not fill a volume again that the container has emptied': async scene => {
    const { cli, volume } = scene;
    const name = await prepared(scene, 'test -e /usr/bin/env && echo filled; rm -rf /usr/*', [
      '-v',
      `${volume()}:/usr`,
    ]);
    expect(await cli.ok(['logs', name])).toContain('filled');
    expect([...(await members(cli, name, '/usr')).keys()]).toEqual(['usr/']);
    await cli.ok(['stop', '-t', '0', name]);
    expect([...(await members(cli, name, '/usr')).keys()]).toEqual(['usr/']);
  },

  'a link must not lead cp out of the container': async scene => {
    const { cli, folder } = scene;
    const { here } = folder();
    const links = `ln -s / /root-link; ln -s ../../../../../.. /up; ln -s ${here} /abs; ln -s /abs /chain`;
    const name = await prepared(scene, links);
    writeFileSync(join(here, 'secret'), 'of the host');
    for (const path of [`/root-link${here}/secret`, `/up${here}/secret`, `/abs/secret`, '/chain/secret']) {
      const result = await cli.run(['cp', `${name}:${path}`, join(here, 'stolen')]);
      expectCode(result, 1);
    }
    await cli.run(['cp', join(here, 'secret'), `${name}:/abs/written`]);
    await cli.run(['cp', join(here, 'secret'), `${name}:/up/tmp/by-up`]);
    expect(existsSync(join(here, 'written'))).toBe(false);
    expect(existsSync('/tmp/by-up')).toBe(false);
    expect((await members(cli, name, '/tmp')).has('tmp/by-up')).toBe(true);
  },

  'diff must list what changed, and only that': async scene => {
    const { cli } = scene;
    const script =
      'mkdir -p /new/sub; echo 1 >/new/sub/f; echo x >>/etc/passwd; rm /etc/group; chmod 700 /home; rm -r /var/www; mkdir /var/www';
    const name = await prepared(scene, script);
    const changes = (await cli.ok(['diff', name])).split('\n');
    const wanted = ['A /new', 'A /new/sub', 'A /new/sub/f', 'C /etc', 'C /etc/passwd', 'D /etc/group', 'C /home'];
    for (const change of wanted) expect(changes).toContain(change);
    expect(changes.filter(change => /resolv|hosts|\/dev|\/proc|\/sys/.test(change))).toEqual([]);
    const untouched = await prepared(scene, 'true', [], false);
    expect(await cli.ok(['diff', untouched])).toBe('');
  },

  'export must write the whole file system': async scene => {
    const { cli, folder } = scene;
    const name = await prepared(scene, `${tree}; rm /etc/group; echo v >/data/v`, ['-v', '/data']);
    const { here } = folder();
    await cli.ok(['export', '-o', join(here, 'all.tar'), name]);
    const listed = (await runOk(['tar', '-tf', join(here, 'all.tar')])).split('\n');
    for (const path of ['.dockerenv', 'd/a', 'd/h', 'data/', 'dang', 'etc/passwd', 'bin/busybox'])
      expect(listed).toContain(path);
    expect(listed).not.toContain('etc/group');
    expect(listed).not.toContain('data/v');
    await refused(cli, ['export', 'no-such'], 'Error response from daemon: No such container: no-such');
  },

  'commit must make an image of the changes': async scene => {
    const { cli } = scene;
    const script = `${tree}; rm /etc/group; rm -r /var/www; mkdir /var/www; echo new >/var/www/n`;
    const name = await prepared(scene, script, ['-e', 'A=1', '-w', '/d']);
    const image = `e2e/commit-${crypto.randomUUID().slice(0, 8)}`;
    try {
      const changes = ['-c', 'CMD ["cat", "/d/a"]', '-c', 'ENV B=2', '-c', 'LABEL made=here'];
      const id = await cli.ok(['commit', '-a', 'somebody', '-m', 'a message', ...changes, name, `${image}:v1`]);
      expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
      const format = '{{.Id}} {{.Author}} {{.Comment}} {{.Config.Cmd}} {{.Config.WorkingDir}} {{.Config.Labels}}';
      expect(await cli.ok(['inspect', '-f', format, `${image}:v1`])).toBe(
        `${id} somebody a message [cat /d/a] /d map[made:here]`,
      );
      expect(await cli.ok(['inspect', '-f', '{{len .RootFS.Layers}}', `${image}:v1`])).toBe('2');
      expect(await cli.ok(['inspect', '-f', '{{.State.Status}}', name])).toBe('running');
      expect(await cli.ok(['run', '--rm', `${image}:v1`])).toBe('a');
      const check = 'echo $A $B; pwd; test ! -e /etc/group && ls /var/www; stat -c "%a %h" /d/h; readlink /d/la';
      expect(await cli.ok(['run', '--rm', `${image}:v1`, 'sh', '-c', check])).toBe('1 2\n/d\nn\n4751 2\na');
    } finally {
      await cli.run(['rmi', '-f', `${image}:v1`]);
    }
    await refused(cli, ['commit', 'no-such'], 'Error response from daemon: No such container: no-such');
    await refused(
      cli,
      ['commit', '-c', 'FOO bar', name],
      'Error response from daemon: FOO is not a valid change command',
    );
  },

  'commit must take a container that ends just then': async ({ cli }) => {
    const image = `e2e/ended-${crypto.randomUUID().slice(0, 8)}`;
    try {
      for (let time = 0; time < 5; time++) {
        const id = await cli.ok(['run', '-d', 'busybox', 'true']);
        await cli.ok(['commit', id, image]);
        await cli.ok(['rm', '-f', id]);
      }
    } finally {
      await cli.run(['rmi', '-f', image]);
    }
  },
});
