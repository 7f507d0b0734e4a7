// Contexts and images that try to lead a build out of themselves: to read what is on the host, or to write there. Through every
// door the answer is the same: what is outside is not there, and stays as it is.

import { beforeAll, describe, expect, test } from 'bun:test';
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TarEntry } from '../../../src/lib/tar/entry.ts';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import { buildSite } from '../../support/builds/build-site.ts';
import { run } from '../../support/run.ts';

/** Stands in no Dockerfile and no name: where it is found, a file of the host was read. */
const mark = `mark-${crypto.randomUUID()}`;

const site = buildSite();
/** A folder of the host that no build may reach. */
let outside: string;
/** The way there from anywhere. */
let up: string;

beforeAll(() => {
  outside = join(site.folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), mark);
  writeFileSync(join(outside, 'Dockerfile'), `FROM busybox\nLABEL mark=${mark}\n`);
  writeFileSync(join(outside, 'passwd'), 'root:x:0:0::/:/bin/sh\nstranger:x:4711:4711::/:/bin/sh\n');
  up = '../'.repeat(20) + outside.slice(1);
});

async function expectUntouched(): Promise<void> {
  expect(readdirSync(outside).sort()).toEqual(['Dockerfile', 'passwd', 'secret']);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(mark);
  const found = await run(['grep', '-rlaF', '--devices=skip', mark, site.daemon.places.dataRoot]);
  expect(found.stdout).toBe('');
}

interface Case {
  /** Makes what is in the context besides the Dockerfile. */
  readonly prepare?: (folder: string) => void;
  readonly dockerfile: string | (() => string);
  /** Words of the error; without them the build succeeds, and its image prints `prints` (nothing unless said). */
  readonly fails?: RegExp;
  readonly prints?: string;
}

const links = (folder: string) => {
  symlinkSync(join(outside, 'secret'), join(folder, 'absolute'));
  symlinkSync(`${up}/secret`, join(folder, 'relative'));
  symlinkSync(outside, join(folder, 'folder'));
  symlinkSync(up, join(folder, 'upwards'));
  symlinkSync('second', join(folder, 'first'));
  symlinkSync('third/secret', join(folder, 'second'));
  symlinkSync('folder', join(folder, 'third'));
  writeFileSync(join(folder, 'f'), 'f');
};
const missing = /not found|no such file|not a directory|no source files were specified/i;
const copies = (what: string): Case => ({
  prepare: links,
  dockerfile: `FROM busybox\nCOPY ${what} /x/\n`,
  fails: missing,
});
/** A stage whose /l leads to the folder outside. */
const stage = () => `FROM busybox AS made\nRUN ln -s ${outside} /l; ln -s ${up} /u\n`;
const throughLink = (instruction: string, o: Partial<Case> = {}): Case => ({
  prepare: links,
  dockerfile: () => `${stage()}FROM made\n${instruction}\n`,
  ...o,
});

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    [
      ...['absolute', 'relative', 'first', 'folder', 'upwards', 'folder/secret', 'upwards/secret'],
      ...['folder/*', '--parents folder/secret', '--parents ./folder/./secret', '--parents upwards/s*'],
    ].map(what => [`a link, by COPY ${what}`, copies(what)]),
  ),
  'a link by a wildcard is copied as a link': {
    prepare: links,
    dockerfile: 'FROM busybox\nCOPY f* r* /x/\nCMD ["ls", "/x"]\n',
    fails: missing,
  },
  'the folder itself is copied with its links, which lead nowhere': {
    prepare: links,
    dockerfile:
      'FROM busybox\nCOPY . /x/\nCMD ["sh", "-c", "cat /x/absolute /x/relative /x/first /x/folder/secret /x/f 2>/dev/null; true"]\n',
    prints: 'f',
  },
  'names that go up': { ...copies('../outside/secret'), fails: missing },
  'names that go up from a folder': { ...copies('f/../../../../outside/secret'), fails: missing },
  'a bind mount of a link': {
    prepare: links,
    dockerfile: 'FROM busybox\nRUN --mount=type=bind,source=folder,target=/m cat /m/secret\n',
    fails: missing,
  },
  'a bind mount of a link of a stage': {
    dockerfile: () => `${stage()}FROM busybox\nRUN --mount=type=bind,from=made,source=/l,target=/m cat /m/secret\n`,
    fails: missing,
  },
  'a file of a stage through its link': {
    dockerfile: () => `${stage()}FROM busybox\nCOPY --from=made /l/secret /u/secret /x/\n`,
    fails: missing,
  },
  'a destination through a link': throughLink('COPY f /l/f\nCOPY f /u/f'),
  'ADD of an archive, unpacked through a link': throughLink('ADD evil.tar.gz /l/', {
    prepare: folder => writeFileSync(join(folder, 'evil.tar.gz'), gzipSync(evilArchive('plain'))),
  }),
  'an archive that goes up': {
    prepare: folder => writeFileSync(join(folder, 'evil.tar'), evilArchive(`${up}/up`)),
    dockerfile: 'FROM busybox\nADD evil.tar /x/\n',
    fails: /invalid entry name/,
  },
  'a folder below a link, by a wildcard': {
    prepare: links,
    dockerfile: 'FROM busybox\nCOPY fold*/secret /x/\nCMD ["sh", "-c", "ls /x 2>&1; true"]\n',
    prints: 'ls: /x: No such file or directory',
  },
  'a working directory through a link': throughLink(
    'WORKDIR /l/new\nRUN touch here\nWORKDIR /u/other\nRUN touch there',
  ),
  'a mount through a link': throughLink(
    'RUN --mount=type=cache,target=/l/cache --mount=type=tmpfs,target=/u/tmp touch /l/cache/x /u/tmp/x',
  ),
  'a secret through a link': throughLink('RUN --mount=type=secret,id=none,target=/l/secret true'),
  'an owner of a file outside': throughLink(
    'RUN ln -sf /l/passwd /etc/passwd\nCOPY --chown=stranger f /f\nCMD ["stat", "-c", "%u", "/f"]',
    { prints: '0' },
  ),
  'a user of a file outside, for a step': throughLink('RUN ln -sf /l/passwd /etc/passwd\nUSER stranger\nRUN id', {
    fails: /stranger/,
  }),
  'an ignore file that is a link': {
    prepare: folder => {
      symlinkSync(join(outside, 'secret'), join(folder, '.dockerignore'));
      writeFileSync(join(folder, 'f'), 'f');
    },
    dockerfile: 'FROM busybox\nCOPY f /f\nCMD ["cat", "/f"]\n',
    prints: 'f',
  },
  'an ignore file that takes back what is outside': {
    prepare: folder => {
      links(folder);
      writeFileSync(join(folder, '.dockerignore'), `*\n!../**\n!../outside\n!folder/**\n!folder/secret\n`);
    },
    dockerfile: 'FROM busybox\nCOPY folder/secret /x\n',
    fails: missing,
  },
};

/** Members that are absolute and that go through links, and one of this name. */
function evilArchive(name: string): Buffer {
  const member = (entry: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'>, content = '') =>
    encodeTarMember({ mode: 0o644, ...entry }, Buffer.from(content));
  return Buffer.concat([
    member({ type: 'file', name }, 'x'),
    member({ type: 'file', name: join(outside, 'absolute') }, 'x'),
    member({ type: 'symlink', name: 'way', linkName: outside }),
    member({ type: 'file', name: 'way/through' }, 'x'),
    member({ type: 'symlink', name: 'other', linkName: up }),
    member({ type: 'file', name: 'other/through' }, 'x'),
    tarEnd(),
  ]);
}

const doors: Record<string, (context: string) => Promise<{ error?: string | undefined }>> = {
  async classic(context) {
    return await site.post({ context, query: { t: ['escape'] } });
  },
  async berth(context) {
    const { code, stderr } = await run(site.command('build', '--progress', 'plain', '-t', 'escape', context));
    return code === 0 ? {} : { error: stderr };
  },
};

for (const [door, build] of Object.entries(doors)) {
  describe(`by ${door}`, () => {
    for (const [name, { prepare, dockerfile, fails, prints = '' }] of Object.entries(cases)) {
      test(name, async () => {
        const context = site.context({ Dockerfile: typeof dockerfile === 'string' ? dockerfile : dockerfile() });
        prepare?.(context);
        const { error } = await build(context);
        await expectUntouched();
        if (fails) return expect(error ?? 'no error').toMatch(fails);
        expect(error).toBeUndefined();
        const said = await site.berth(['run', '--rm', '--network', 'none', 'escape']);
        expect(said).toBe(prints);
      });
    }
  });
}

describe('an uploaded archive', () => {
  const dockerfile = (text: string) => encodeTarMember({ type: 'file', name: 'Dockerfile' }, Buffer.from(text));
  async function* once(...parts: Buffer[]) {
    yield Buffer.concat([...parts, tarEnd()]);
  }
  const whole = 'FROM busybox\nCOPY . /x/\n';

  test('writes nothing outside', async () => {
    for (const name of ['plain', `${up}/up`]) {
      const evil = evilArchive(name);
      await site.post({ context: once(dockerfile(whole), evil.subarray(0, evil.length - tarEnd().length)) });
      await expectUntouched();
    }
  });

  for (const target of ['absolute', 'upwards'] as const) {
    test(`has no hard link to what is outside: ${target}`, async () => {
      const linkName = join(target === 'absolute' ? outside : up, 'secret');
      const link = encodeTarMember({ type: 'link', name: 'stolen', linkName }, Buffer.alloc(0));
      const { error } = await site.post({ context: once(dockerfile(whole), link) });
      expect(error).toMatch(/invalid entry name|stolen/);
      await expectUntouched();
    });
  }

  test('names no Dockerfile outside', async () => {
    const link = encodeTarMember(
      { type: 'symlink', name: 'link', linkName: join(outside, 'Dockerfile') },
      Buffer.alloc(0),
    );
    const into = encodeTarMember({ type: 'symlink', name: 'into', linkName: outside }, Buffer.alloc(0));
    for (const name of ['link', 'into/Dockerfile', `${up}/Dockerfile`, join(outside, 'Dockerfile')]) {
      const { error, id } = await site.post({ context: once(link, into), query: { dockerfile: name } });
      expect(`${name}: ${id ?? error}`).toMatch(/ockerfile.*no such file|Cannot locate|outside/i);
      await expectUntouched();
    }
  });
});

test('a Dockerfile that is a link inside of the context is read', async () => {
  const context = site.context({ 'real/file': 'FROM busybox\nCMD ["echo", "linked"]\n' });
  symlinkSync('real/file', join(context, 'Dockerfile'));
  for (const build of Object.values(doors)) {
    expect((await build(context)).error).toBeUndefined();
    expect(await site.berth(['run', '--rm', '--network', 'none', 'escape'])).toBe('linked');
  }
});

test('a Dockerfile that is no file is not read', async () => {
  const fifo = encodeTarMember({ type: 'fifo', name: 'Dockerfile' }, Buffer.alloc(0));
  async function* archive() {
    yield Buffer.concat([fifo, tarEnd()]);
  }
  const { error } = await site.post({ context: archive() });
  expect(error).toBe('failed to read dockerfile: Dockerfile is not a regular file');
});

test('a Dockerfile that is a link out of the context is not', async () => {
  const context = site.context({ f: 'f' });
  symlinkSync(join(outside, 'Dockerfile'), join(context, 'Dockerfile'));
  for (const build of Object.values(doors)) {
    expect((await build(context)).error ?? 'no error').toMatch(/no such file|not found|outside/);
    await expectUntouched();
  }
});

test('names of one file inside of the context are one file in the image', async () => {
  const context = site.context({
    Dockerfile: 'FROM busybox\nCOPY d /d\nCMD ["sh", "-c", "stat -c %h /d/a; cat /d/b"]\n',
    'd/a': 'a',
  });
  linkSync(join(context, 'd/a'), join(context, 'd/b'));
  for (const build of Object.values(doors)) {
    expect((await build(context)).error).toBeUndefined();
    expect(await site.berth(['run', '--rm', '--network', 'none', 'escape'])).toBe('2\na');
  }
});
