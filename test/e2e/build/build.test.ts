// `berth build` and `berth bake` as their users see them.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKernel } from '../../../src/kernel/index.ts';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import { berthCommand, TestDaemon } from '../../support/daemons/daemon.ts';
import { expectNothingLeft, listRemains } from '../../support/daemons/remains.ts';
import { eventually } from '../../support/eventually.ts';
import { loadArguments } from '../../support/images.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';
import { type RunOptions, run, runOk } from '../../support/run.ts';
import { type FilesByPath, writeFiles } from '../../support/write-files.ts';

let daemon: TestDaemon;
let before: Set<string>;
let folder: string;

const command = (...args: string[]) => [...berthCommand(), '-H', daemon.host, ...args];
const berth = (args: string[], options?: RunOptions) => runOk(command(...args), options);
/** A context of these files. */
function context(files: FilesByPath): string {
  return writeFiles(mkdtempSync(join(folder, 'context-')), files);
}
/** What a build shows with `--progress plain`. */
async function progress(args: string[], options?: RunOptions): Promise<string> {
  const { code, stderr } = await run(command('build', '--progress', 'plain', ...args), options);
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-build-test-'));
  daemon = await TestDaemon.start();
  await berth(await loadArguments('busybox'));
  before = await listRemains(daemon.places, daemon.pid);
}, 60_000);

afterAll(async () => {
  try {
    await expectNothingLeft(daemon.places, daemon.pid, before);
  } finally {
    await daemon[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

describe('a build', () => {
  test('gives an image that runs, and says which', async () => {
    const path = context({ Dockerfile: 'FROM busybox\nCOPY word /\nCMD ["cat", "/word"]\n', word: 'first' });
    const [idFile, metadataFile] = [join(path, 'id'), join(path, 'metadata')];
    const id = await berth(['build', '-q', '-t', 'one', '--iidfile', idFile, '--metadata-file', metadataFile, path]);
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(readFileSync(idFile, 'utf8')).toBe(id);
    const metadata = JSON.parse(readFileSync(metadataFile, 'utf8'));
    expect(metadata).toMatchObject({
      'containerimage.config.digest': id,
      'image.name': 'docker.io/library/one:latest',
      'buildx.build.provenance': { buildType: 'https://mobyproject.org/buildkit@v1' },
    });
    expect(await berth(['run', '--rm', 'one'])).toBe('first');
  });

  test('has the attributes of the files it is given, and runs anew where one changed', async () => {
    const path = context({ Dockerfile: 'FROM scratch\nCOPY d /\n', 'd/sub/f': 'same' });
    const { files, close } = createKernel();
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    files.setXattr(join(path, 'd', 'sub', 'f'), 'security.capability', capability);
    files.setXattr(join(path, 'd', 'sub'), 'user.note', Buffer.from('first'));
    const out = join(path, 'out');
    await progress(['-o', out, path]);
    expect(files.getXattr(join(out, 'sub', 'f'), 'security.capability')).toEqual(capability);
    expect(files.getXattr(join(out, 'sub'), 'user.note')?.toString()).toBe('first');
    files.setXattr(join(path, 'd', 'sub'), 'user.note', Buffer.from('second'));
    await progress(['-o', out, path]);
    expect(files.getXattr(join(out, 'sub'), 'user.note')?.toString()).toBe('second');
    close();
  });

  test('sends again only what changed, and says why a step ran', async () => {
    const path = context({ Dockerfile: 'FROM busybox\nCOPY . /all/\n', 'a/small': 'one', big: 'x'.repeat(3_000_000) });
    expect(await progress([path])).toContain('transferring context: 3.00MB');
    expect(await progress([path])).toMatch(/COPY \. \/all\/\n#\d+ CACHED/);
    writeFileSync(join(path, 'a', 'small'), 'two');
    const again = await progress(['--why', path]);
    expect(again).not.toContain('MB');
    expect(again).toMatch(/why: run, .*small changed/);
  });

  test('brings times and attributes of files out, and cp does', async () => {
    const member = { type: 'file', name: 'f', mode: 0o640, mtime: -1000, mtimeNanoseconds: 123456789 } as const;
    const xattrs = new Map([['user.note', Buffer.from('kept\0')]]);
    const archive = Buffer.concat([encodeTarMember({ ...member, xattrs }), tarEnd()]);
    const path = context({
      Dockerfile: 'FROM busybox AS made\nADD a.tar /made/\nFROM scratch\nCOPY --from=made /made /\n',
      'a.tar': archive,
    });
    const [built, copied] = [join(path, 'built'), join(path, 'copied')];
    await berth(['build', '-q', '-o', built, path]);
    const id = await berth(['create', await berth(['build', '-q', '--target', 'made', path])]);
    await berth(['cp', `${id}:/made`, copied]);
    await berth(['rm', id]);
    const { files, close } = createKernel();
    for (const folder of [built, copied]) {
      expect(files.getXattr(join(folder, 'f'), 'user.note')?.toString()).toBe('kept\0');
      expect(lstatSync(join(folder, 'f'), { bigint: true }).mtimeNs).toBe(-999_876_543_211n);
    }
    close();
  });

  test('takes a Dockerfile or an archive from standard input', async () => {
    const dockerfile = 'FROM busybox\nRUN echo from stdin > /said\nCMD ["cat", "/said"]\n';
    const id = await berth(['build', '-q', '-'], { stdin: dockerfile });
    expect(await berth(['run', '--rm', id])).toBe('from stdin');
    const path = context({ Dockerfile: 'FROM busybox\nCOPY word /\nCMD ["cat", "/word"]\n', word: 'archived' });
    const words = command('build', '-q', '-').map(word => `'${word}'`);
    const packed = await runOk(['sh', '-c', `tar -C ${path} -cz . | ${words.join(' ')}`]);
    expect(await berth(['run', '--rm', packed])).toBe('archived');
    const named = await berth(['build', '-q', '-f', '-', path], {
      stdin: 'FROM busybox\nCOPY word /other\nCMD cat /other\n',
    });
    expect(await berth(['run', '--rm', named])).toBe('archived');
  });

  test('leaves its files where --output says', async () => {
    const path = context({ Dockerfile: 'FROM scratch\nCOPY a /a\nCOPY d /d\n', a: 'A', 'd/e/f': 'F' });
    const out = join(path, 'out');
    await berth(['build', '-q', '-o', out, path]);
    expect(readdirSync(out, { recursive: true }).sort()).toEqual(['a', 'd', 'd/e', 'd/e/f']);
    expect(readFileSync(join(out, 'd/e/f'), 'utf8')).toBe('F');
    expect(await runOk(['sh', '-c', `${command('build', '-q', '-o', '-', path).join(' ')} | tar -tf -`])).toContain(
      'd/e/f',
    );
  });

  test('leaves files of the time that SOURCE_DATE_EPOCH says, the same each time', async () => {
    const path = context({
      Dockerfile: 'FROM busybox AS made\nRUN mkdir /d && echo $0 > /d/f\nFROM scratch\nCOPY --from=made /d /d\n',
    });
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const archives: Buffer[] = [];
    for (const name of ['one', 'two']) {
      const tar = join(path, `${name}.tar`);
      await berth(['build', '-q', '--no-cache', '-o', join(path, name), '-o', `type=tar,dest=${tar}`, path], { env });
      archives.push(readFileSync(tar));
      for (const file of ['d', 'd/f']) expect(lstatSync(join(path, name, file)).mtimeMs).toBe(1_700_000_000_000);
    }
    expect(archives[0]?.equals(archives[1] as Buffer)).toBe(true);
  });

  test('has the proxies of the configuration, as a container has, and the platform of the environment', async () => {
    const path = context({
      Dockerfile: 'FROM busybox\nRUN env | grep -i proxy > /said\nCMD ["cat", "/said"]\n',
      'config/config.json': JSON.stringify({ proxies: { default: { httpProxy: 'http://proxy:1' } } }),
    });
    const env = { DOCKER_CONFIG: join(path, 'config') };
    const id = await berth(['build', '-q', '--build-arg', 'http_proxy=own', path], { env });
    expect((await berth(['run', '--rm', id])).split('\n').sort()).toEqual(['HTTP_PROXY=own', 'http_proxy=own']);
    expect(await berth(['run', '--rm', 'busybox', 'env'], { env })).toContain('http_proxy=http://proxy:1');
    const wrong = { DOCKER_DEFAULT_PLATFORM: 'nothing/at/all/like/it' };
    expect((await run(command('build', '-q', path), { env: wrong })).stderr).toContain('nothing/at/all/like/it');
  });

  test('that is only pushed leaves its name to whoever had it', async () => {
    await using registry = await startBerthRegistry();
    const name = `${registry.address}/passing:1`;
    const path = context({ Dockerfile: 'FROM scratch\nCOPY f /only-pushed\n', f: 'x' });
    const push = (of: string) => berth(['build', '-q', '-o', `type=image,name=${of},push=true,store=false`, path]);
    const idOf = (of: string) => berth(['image', 'inspect', '-f', '{{.Id}}', of]);
    await berth(['tag', 'busybox', name]);
    await push(name);
    expect(await idOf(name)).toBe(await idOf('busybox'));
    await berth(['build', '-q', '-t', 'kept', path]);
    await push(`${registry.address}/passing:2`);
    const images = (await berth(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'])).split('\n');
    expect(images.filter(one => /passing|kept/.test(one)).sort()).toEqual([name, 'kept:latest'].sort());
    const tags = await berth(['registry', 'tags', `${registry.address}/passing`]);
    for (const tag of ['1', '2']) expect(tags).toMatch(new RegExp(`^${tag}\\b`, 'm'));
    await berth(['image', 'rm', name, 'kept']);
  });

  test('shows secrets to steps and keeps none', async () => {
    const path = context({
      Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=word,target=/word,required=true wc -c < /word > /length\n',
      word: 'hidden words',
    });
    const id = await berth(['build', '-q', '--secret', `id=word,src=${path}/word`, path]);
    expect(await berth(['run', '--rm', id, 'cat', '/length'])).toBe('12');
    expect(await berth(['run', '--rm', id, 'sh', '-c', 'cat /word | wc -c'])).toBe('0');
  });

  test('that fails says where and ends with 1', async () => {
    const path = context({ Dockerfile: 'FROM busybox\nRUN echo the end is near; exit 3\n' });
    const { code, stderr } = await run(command('build', '--progress', 'plain', path));
    expect(code).toBe(1);
    expect(stderr).toContain('the end is near\n------\n');
    const last = 'process "/bin/sh -c echo the end is near; exit 3" did not complete successfully: exit code: 3';
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`ERROR: failed to build: failed to solve: ${last}`);
  });

  test('can be interrupted at any step', async () => {
    const path = context({ Dockerfile: 'FROM busybox\nRUN echo begun && sleep 1000\n' });
    const child = Bun.spawn(command('build', '--progress', 'plain', path), { stderr: 'pipe', stdout: 'ignore' });
    let said = '';
    const reading = (async () => {
      for await (const chunk of child.stderr) said += Buffer.from(chunk);
    })();
    await eventually('the step runs', () => /\d begun/.test(said));
    child.kill('SIGINT');
    expect(await child.exited).toBe(130);
    await reading;
    expect(said).toContain('Canceled: context canceled');
  });

  test('is checked without being run', async () => {
    const path = context({ Dockerfile: 'FROM busybox as lower\nRUN exit 1\n' });
    const { code, stdout } = await run(command('build', '--check', path));
    expect(code).toBe(1);
    expect(stdout).toContain('WARNING: FromAsCasing - https://docs.docker.com/go/dockerfile/rule/from-as-casing/');
  });
});

test('bake builds what a file describes, from one another', async () => {
  const path = context({
    'docker-bake.json': JSON.stringify({
      group: { default: { targets: ['upper', 'other'] } },
      target: {
        lower: { 'dockerfile-inline': 'FROM busybox\nARG WORD\nRUN echo $WORD > /word\n', args: { WORD: 'low' } },
        upper: {
          'dockerfile-inline': 'FROM lower\nCMD ["cat", "/word"]\n',
          contexts: { lower: 'target:lower' },
          tags: ['upper'],
        },
        other: { 'dockerfile-inline': 'FROM busybox\nCMD ["echo", "other"]\n', tags: ['other'] },
      },
    }),
  });
  const words = [...berthCommand(), '-H', daemon.host].map(word => `'${word}'`).join(' ');
  const unnamed = () => berth(['images', '-q', '--filter', 'dangling=true']);
  const unnamedBefore = await unnamed();
  await runOk(['sh', '-c', `cd ${path} && ${words} bake --set lower.args.WORD=set`]);
  expect(await berth(['run', '--rm', 'upper'])).toBe('set');
  expect(await berth(['run', '--rm', 'other'])).toBe('other');
  expect(await unnamed()).toBe(unnamedBefore);
});
