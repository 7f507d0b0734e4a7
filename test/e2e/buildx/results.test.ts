// What becomes of real builds: images, files, archives, layouts, pushes, and the facts about them.
import { expect } from 'bun:test';
import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKernel } from '../../../src/kernel/index.ts';
import type { TarEntry } from '../../../src/lib/tar/entry.ts';
import { readTar } from '../../../src/lib/tar/read-tar.ts';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { berthCommand } from '../../support/daemons/daemon.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';
import { runOk } from '../../support/run.ts';

const digest = /^sha256:[0-9a-f]{64}$/;

const files = (buildx: Buildx) =>
  buildx.context({
    Dockerfile:
      'FROM busybox AS make\nRUN mkdir -p /o/d && echo made > /o/d/f && chmod 751 /o/d/f && ln -s f /o/d/l && touch -d @1000000000 /o/d/f\nFROM scratch\nCOPY --from=make /o /\n',
  });

buildxScenarios(['busybox'], {
  'files must come to a folder of the client': async buildx => {
    const out = join(buildx.folder, 'out-local');
    await buildx.build(['-o', out, files(buildx)]);
    expect(readFileSync(join(out, 'd/f'), 'utf8')).toBe('made\n');
    expect(lstatSync(join(out, 'd/f')).mode & 0o7777).toBe(0o751);
    expect(lstatSync(join(out, 'd/f')).mtimeMs).toBe(1_000_000_000_000);
    expect(readlinkSync(join(out, 'd/l'))).toBe('f');
  },

  'files of several platforms must come to a folder each': async buildx => {
    const out = join(buildx.folder, 'out-platforms');
    const folder = buildx.context({
      Dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /\n',
      'amd64/a': '',
      'arm64/b': '',
    });
    await buildx.build(['--platform', 'linux/amd64,linux/arm64', '-o', out, folder]);
    expect(readdirSync(out).sort()).toEqual(['linux_amd64', 'linux_arm64']);
    expect(readdirSync(join(out, 'linux_arm64'))).toEqual(['b']);
  },

  'an index must be listed once by an archive, whatever it lists': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM scratch\nCOPY f /f\n', f: 'x' });
    const layout = join(buildx.folder, 'out-index');
    const options = ['--platform', 'linux/amd64,linux/arm64', '--provenance=false', '-t', 'e2e/index:1'];
    await buildx.build([...options, '-o', `type=oci,dest=${layout}.tar`, folder]);
    const index = JSON.parse(await runOk(['tar', '-xOf', `${layout}.tar`, 'index.json']));
    expect(index.manifests).toHaveLength(1);
  },

  'a tar must hold the files, on standard output, too': async buildx => {
    const out = join(buildx.folder, 'out.tar');
    await buildx.build(['-o', `type=tar,dest=${out}`, files(buildx)]);
    expect((await runOk(['tar', '-tf', out])).split('\n')).toEqual(['d/', 'd/f', 'd/l']);
    const { words, env } = buildx.command(['buildx', 'build', '-q', '-o', '-', files(buildx)]);
    expect(await runOk(['sh', '-c', '"$@" | tar -t | tail -1', 'sh', ...words], { env })).toBe('d/l');
  },

  'hard links and attributes must come along, to folders, archives and berth build': async buildx => {
    const xattrs = new Map([['user.colour', Buffer.from('blue')]]);
    const archive = Buffer.concat([
      encodeTarMember({ type: 'file', name: 'one', mode: 0o644, xattrs }, Buffer.from('1')),
      encodeTarMember({ type: 'link', name: 'two', mode: 0o644, linkName: 'one' }),
      encodeTarMember({ type: 'directory', name: 'old', mode: 0o755, mtime: 1_000_000_000 }),
      tarEnd(),
    ]);
    const folder = buildx.context({ Dockerfile: 'FROM scratch\nADD files.tar /\n' });
    writeFileSync(join(folder, 'files.tar'), archive);
    const [out, tar, own] = ['out-linked', 'out-linked.tar', 'out-own'].map(name => join(buildx.folder, name));
    await buildx.build(['-o', `${out}`, '-o', `type=tar,dest=${tar}`, folder]);
    await runOk([...berthCommand(), '-H', buildx.daemon.host, 'build', '-q', '-o', `${own}`, folder]);
    for (const place of [out, own]) {
      expect(lstatSync(join(`${place}`, 'one')).ino).toBe(lstatSync(join(`${place}`, 'two')).ino);
      expect(lstatSync(join(`${place}`, 'old')).mtimeMs).toBe(1_000_000_000_000);
    }
    const kernel = createKernel();
    expect(kernel.files.getXattr(join(`${out}`, 'one'), 'user.colour')?.toString()).toBe('blue');
    kernel.close();
    const members = new Map<string, TarEntry>();
    for await (const { entry } of readTar(createReadStream(`${tar}`))) members.set(entry.name, entry);
    expect(members.get('one')?.xattrs).toEqual(xattrs);
    expect(members.get('two')).toMatchObject({ type: 'link', linkName: 'one' });
  },

  'an archive must be loaded again, and an OCI layout be one': sinceBuildx(29, async buildx => {
    const folder = files(buildx);
    const archive = join(buildx.folder, 'image.tar');
    await buildx.build(['-t', 'e2e-archive:1', '-o', `type=docker,dest=${archive}`, folder]);
    expect((await buildx.run(['inspect', 'e2e-archive:1'])).code).not.toBe(0);
    expect(await buildx.ok(['load', '-i', archive])).toBe('Loaded image: e2e-archive:1');
    const layout = join(buildx.folder, 'layout');
    await buildx.build(['-t', 'e2e-layout:1', '-o', `type=oci,dest=${layout},tar=false`, folder]);
    const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    expect(manifests).toMatchObject([
      { annotations: { 'io.containerd.image.name': 'docker.io/library/e2e-layout:1' } },
    ]);
    const manifest = JSON.parse(readFileSync(join(layout, 'blobs', manifests[0].digest.replace(':', '/')), 'utf8'));
    for (const { digest: name, size } of [manifest.config, ...manifest.layers]) {
      const blob = readFileSync(join(layout, 'blobs', name.replace(':', '/')));
      expect(blob.length).toBe(size);
      expect(`sha256:${new Bun.CryptoHasher('sha256').update(blob).digest('hex')}`).toBe(name);
    }
  }),

  'annotations must be at the level they were given for': sinceBuildx(29, async buildx => {
    const layout = join(buildx.folder, 'annotated');
    const levels = [
      'manifest',
      'manifest-descriptor[linux/amd64]',
      'manifest[linux/s390x]',
      'index',
      'index-descriptor',
    ];
    const flags = levels.flatMap(level => ['--annotation', `${level}:said=${level}`]);
    const folder = files(buildx);
    await buildx.build([...flags, '--provenance=true', '-o', `type=oci,dest=${layout},tar=false`, folder]);
    const [top] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests;
    const blob = (name: string) => JSON.parse(readFileSync(join(layout, 'blobs', name.replace(':', '/')), 'utf8'));
    const index = blob(top.digest);
    const [listed] = index.manifests;
    const said = [top, index, listed, blob(listed.digest)].map(({ annotations }) => annotations?.said);
    expect(said).toEqual(['index-descriptor', 'index', 'manifest-descriptor[linux/amd64]', 'manifest']);
    const alone = ['--annotation', 'index:a=b', '--provenance=false', '-o', `type=oci,dest=${layout}.tar`, folder];
    expect(await buildx.failure(alone)).toContain('index annotations not supported for single platform export');
  }),

  'ids and facts must be written to files': async buildx => {
    const [id, facts] = [join(buildx.folder, 'id'), join(buildx.folder, 'facts.json')];
    const names = ['-t', 'e2e-facts', '-t', 'e2e-facts:2'];
    await buildx.build([...names, '--iidfile', id, '--metadata-file', facts, files(buildx)]);
    expect(readFileSync(id, 'utf8')).toMatch(digest);
    expect(await buildx.ok(['inspect', '-f', '{{.Id}}', 'e2e-facts:2'])).toBe(readFileSync(id, 'utf8'));
    expect(JSON.parse(readFileSync(facts, 'utf8'))).toMatchObject({
      'containerimage.config.digest': readFileSync(id, 'utf8'),
      'containerimage.digest': expect.stringMatching(digest),
      'image.name': 'docker.io/library/e2e-facts,docker.io/library/e2e-facts:2',
    });
    expect(await buildx.ok(['buildx', 'build', '-q', ...names, files(buildx)])).toBe(readFileSync(id, 'utf8'));
  },

  'a push must bring the image to a registry, from which others build': async buildx => {
    await using registry = await startBerthRegistry();
    const name = `${registry.address}/e2e/pushed:1`;
    await buildx.build(['-t', name, '--push', files(buildx)]);
    expect(await (await fetch(`http://${registry.address}/v2/e2e/pushed/tags/list`)).json()).toMatchObject({
      tags: ['1'],
    });
    await buildx.ok(['rmi', name]);
    const folder = buildx.context({ Dockerfile: `FROM ${name}\nCOPY x /x\n`, x: 'x' });
    await buildx.build(['-t', 'e2e-upon', '--pull', folder]);
    expect(await buildx.ok(['inspect', '-f', '{{len .RootFS.Layers}}', 'e2e-upon'])).toBe('2');
  },
});
