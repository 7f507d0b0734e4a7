// Contexts that are uploaded, downloaded and checked out, with real servers. Needs root for the owners of files.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../../test/support/free-port.ts';
import type { TarEntry } from '../../lib/tar/entry.ts';
import { encodeTarMember, tarEnd } from '../../lib/tar/writer.ts';
import { sha256 } from '../../oci/digest.ts';
import { ContextSources } from './context-sources.ts';
import { plainFiles } from './plain-files.ts';
import { parseGitReference } from './sources/git/git-reference.ts';

let root: string;
let sources: ContextSources;
const options = { signal: new AbortController().signal, report: () => {} };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-sources-'));
  sources = new ContextSources({ root: join(root, 'data') }, { files: plainFiles });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Member = Partial<TarEntry> & Pick<TarEntry, 'name'> & { content?: string };

function archive(members: Member[]): Buffer {
  const blocks = members.map(({ content = '', type = 'file', ...rest }) =>
    encodeTarMember({ type, ...rest }, Buffer.from(content)),
  );
  return Buffer.concat([...blocks, tarEnd()]);
}

async function* chunks(bytes: Buffer, size = 300): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('an uploaded context', () => {
  const members: Member[] = [
    { name: 'Dockerfile', content: 'FROM scratch\n', uid: 1000, gid: 1000 },
    { name: 'sub/', type: 'directory', mode: 0o750, mtime: 1234 },
    { name: 'sub/file', content: 'hello', mode: 0o4755, mtime: 99 },
    { name: 'link', type: 'symlink', linkName: 'sub' },
  ];

  test.each([
    ['plain', archive(members)],
    ['compressed', gzipSync(archive(members))],
  ])('%s becomes files with the modes and times of the archive', async (_what, bytes) => {
    await using source = sources.upload(chunks(bytes), { owner: { uid: 0, gid: 0 } });
    const { directory, fileDigest } = await source.open({}, options);
    expect(readFileSync(join(directory, 'sub/file'), 'utf8')).toBe('hello');
    const { mode, mtimeMs, uid } = lstatSync(join(directory, 'sub/file'));
    expect([mode & 0o7777, mtimeMs, uid]).toEqual([0o4755, 99_000, 0]);
    expect(lstatSync(join(directory, 'sub')).mtimeMs).toBe(1_234_000);
    expect(lstatSync(join(directory, 'Dockerfile')).uid).toBe(0);
    expect(readlinkSync(join(directory, 'link'))).toBe('sub');
    expect(fileDigest?.('sub/file')).toBe(sha256('hello'));
  });

  test('may be a Dockerfile alone', async () => {
    await using source = sources.upload(chunks(Buffer.from('FROM scratch\n')));
    const { directory } = await source.open({}, options);
    expect(readdirSync(directory)).toEqual(['Dockerfile']);
  });

  test('is seen without what is excluded, and as it is by who excludes nothing', async () => {
    await using source = sources.upload(chunks(archive(members)));
    const whole = await source.open({}, options);
    const part = await source.open({ exclude: ['sub', 'link'] }, options);
    expect(readdirSync(part.directory)).toEqual(['Dockerfile']);
    expect(readdirSync(whole.directory).sort()).toEqual(['Dockerfile', 'link', 'sub']);
    const exception = await source.open({ exclude: ['**', '!sub/file'] }, options);
    expect(readdirSync(exception.directory)).toEqual(['sub']);
    expect(lstatSync(join(exception.directory, 'sub')).mode & 0o777).toBe(0o750);
  });

  test('writes nothing through links that lead out', async () => {
    mkdirSync(join(root, 'outside'));
    const bytes = archive([
      { name: 'a', type: 'directory' },
      { name: 'a/inside', content: 'x' },
      { name: 'a', type: 'symlink', linkName: join(root, 'outside') },
      { name: 'a/evil', content: 'evil' },
      { name: 'up', type: 'symlink', linkName: '../../../../../../../../../../tmp' },
      { name: 'up/berth-evil', content: 'evil' },
    ]);
    await using source = sources.upload(chunks(bytes));
    const { directory } = await source.open({}, options);
    expect(readdirSync(join(root, 'outside'))).toEqual([]);
    expect(existsSync('/tmp/berth-evil')).toBe(false);
    expect(readFileSync(join(directory, 'tmp/berth-evil'), 'utf8')).toBe('evil');
    expect(readFileSync(join(directory, root, 'outside/evil'), 'utf8')).toBe('evil');
  });

  test('gives no digest it is not sure of', async () => {
    const bytes = archive([
      { name: 'real', type: 'directory' },
      { name: 'real/f', content: 'first' },
      { name: 'alias', type: 'symlink', linkName: 'real' },
      { name: 'alias/f', content: 'second' },
    ]);
    await using source = sources.upload(chunks(bytes));
    const { directory, fileDigest } = await source.open({}, options);
    expect(readFileSync(join(directory, 'real/f'), 'utf8')).toBe('second');
    expect(fileDigest?.('real/f')).toBeUndefined();
  });

  test('refuses a member outside, and a broken archive', async () => {
    await using outside = sources.upload(chunks(archive([{ name: '../x', content: 'x' }])));
    await expect(outside.open({}, options)).rejects.toThrow('invalid entry name "../x"');
    await using cut = sources.upload(chunks(gzipSync(archive(members)).subarray(0, 60)));
    await expect(cut.open({}, options)).rejects.toThrow();
  });

  test('is gone when it is disposed of, and after a crash', async () => {
    const source = sources.upload(chunks(archive(members)));
    const { directory } = await source.open({}, options);
    await source[Symbol.asyncDispose]();
    expect(existsSync(directory)).toBe(false);
    const left = await sources.upload(chunks(archive(members))).open({}, options);
    await new ContextSources({ root: join(root, 'data') }, { files: plainFiles }).restore();
    expect(existsSync(left.directory)).toBe(false);
  });
});

describe('files from the web', () => {
  let server: Server;
  let address: string;
  let answer: { status?: number; headers?: Record<string, string>; body: string | Buffer };
  const requests: Record<string, unknown>[] = [];

  beforeEach(async () => {
    requests.length = 0;
    server = createServer((request, response) => {
      requests.push(request.headers);
      const { body, headers = {}, status = 200 } = answer;
      const known = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag;
      response.writeHead(known ? 304 : status, headers).end(known ? undefined : body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  test('have the time of the server, mode 0600 and the name of the address', async () => {
    answer = { body: 'data', headers: { 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' } };
    await using source = sources.webFile(`${address}/a/some%20file?x=y`);
    const { directory, fileDigest } = await source.open({}, options);
    const stats = statSync(join(directory, 'some file'));
    expect([stats.mode & 0o777, stats.mtimeMs]).toEqual([0o600, 1_420_070_400_000]);
    expect(fileDigest?.('some file')).toBe(sha256('data'));
  });

  test('are fetched again only when they changed', async () => {
    const read = async () => {
      await using source = sources.webFile(`${address}/file`);
      const { directory } = await source.open({}, options);
      return readFileSync(join(directory, 'file'), 'utf8');
    };
    answer = { body: 'one', headers: { etag: '"1"' } };
    expect([await read(), await read()]).toEqual(['one', 'one']);
    expect(requests.map(headers => headers['if-none-match'])).toEqual([undefined, '"1"']);
    answer = { body: 'two', headers: { etag: '"2"' } };
    expect(await read()).toBe('two');
  });

  test('leave nothing behind once they are not kept any more', async () => {
    answer = { body: 'data' };
    await using source = sources.webFile(`${address}/file`);
    await source.open({}, options);
    const downloads = join(root, 'data', 'downloads');
    const [file = ''] = readdirSync(downloads).filter(name => name.endsWith('.file'));
    utimesSync(join(downloads, file), 1, 1);
    await using again = sources.webFile(`${address}/file`);
    await again.open({}, options);
    expect(statSync(join(downloads, file)).mtimeMs).toBeGreaterThan(1000);
    await sources.restore();
    expect(readdirSync(downloads)).toHaveLength(2);
    rmSync(join(downloads, file));
    await sources.restore();
    expect(readdirSync(downloads)).toEqual([]);
  });

  test('with a known checksum are not asked for again', async () => {
    answer = { body: 'data' };
    const open = async (checksum: string) => {
      await using source = sources.webFile(`${address}/file`, { checksum });
      await source.open({}, options);
    };
    await open(sha256('data'));
    await open(sha256('data'));
    expect(requests.length).toBe(1);
    await expect(open(sha256('other'))).rejects.toThrow(`digest mismatch ${sha256('data')}: ${sha256('other')}`);
  });

  test('that are not there, or whose server is not', async () => {
    answer = { status: 404, body: '' };
    await using source = sources.webFile(`${address}/file`);
    await expect(source.open({}, options)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'invalid response status 404',
    });
    await using unreachable = sources.webFile('http://127.0.0.1:1/file');
    await expect(unreachable.open({}, options)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(() => sources.webFile(`${address}/x`, { checksum: `sha512:${'0'.repeat(128)}` })).toThrow('unsupported');
  });

  test('are unpacked when they are a context', async () => {
    answer = { body: gzipSync(archive([{ name: 'a/b', content: 'c' }])) };
    await using source = sources.webContext(`${address}/context.tar.gz`);
    const { directory } = await source.open({}, options);
    expect(readFileSync(join(directory, 'a/b'), 'utf8')).toBe('c');
    answer = { body: 'FROM scratch\n' };
    await using plain = sources.webContext(`${address}/Dockerfile`);
    const { directory: alone, lone } = await plain.open({}, options);
    expect([lone, readdirSync(alone)]).toEqual(['Dockerfile', ['Dockerfile']]);
  });
});

describe('a repository', () => {
  let daemon: ChildProcess | undefined;
  let home: string;
  let address: string;
  const commits: string[] = [];

  const git = (cwd: string, ...args: string[]): string => {
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@x', '-c', 'protocol.file.allow=always'];
    const result = spawnSync('git', [...identity, ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home },
    });
    if (result.status !== 0) throw new Error(result.stderr);
    return result.stdout.trim();
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'berth-repositories-'));
    const port = await freePort();
    const base = join(home, 'repositories');
    const work = join(base, 'repo.git');
    const other = join(base, 'other.git');
    for (const path of [work, other]) {
      mkdirSync(path, { recursive: true });
      git(path, 'init', '-q', '-b', 'trunk');
    }
    writeFileSync(join(other, 'module'), 'module');
    git(other, 'add', '.');
    git(other, 'commit', '-qm', 'module');
    mkdirSync(join(work, 'sub'));
    writeFileSync(join(work, 'sub/Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(work, 'version'), '1');
    spawnSync('ln', ['-s', '/etc', join(work, 'out')]);
    git(work, 'add', '.');
    git(work, 'commit', '-qm', 'one');
    git(work, 'tag', 'v1');
    commits[0] = git(work, 'rev-parse', 'HEAD');
    writeFileSync(join(work, 'version'), '2');
    git(work, 'commit', '-qam', 'two');
    git(work, 'branch', 'feature/x');
    commits[1] = git(work, 'rev-parse', 'HEAD');
    daemon = spawn(
      'git',
      ['daemon', '--export-all', `--base-path=${base}`, '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', base],
      {
        stdio: 'ignore',
        detached: true,
      },
    );
    address = `git://127.0.0.1:${port}/repo.git`;
    await reachable(port);
    git(
      work,
      '-c',
      'protocol.git.allow=always',
      'submodule',
      '--quiet',
      'add',
      `git://127.0.0.1:${port}/other.git`,
      'mod',
    );
    git(work, 'commit', '-qm', 'three');
  }, 120_000);
  afterAll(() => {
    if (daemon?.pid !== undefined) process.kill(-daemon.pid, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });

  const open = async (text: string, o: { keepGitDir?: boolean } = {}) => {
    const source = sources.git(parseGitReference(text)!, o);
    try {
      const { directory } = await source.open({}, options);
      const version = join(directory, 'version');
      return { names: readdirSync(directory).sort(), version: existsSync(version) && readFileSync(version, 'utf8') };
    } finally {
      await source[Symbol.asyncDispose]();
    }
  };

  test('is checked out at its default branch with submodules and without git', async () => {
    const source = sources.git(parseGitReference(address)!);
    const { directory } = await source.open({}, options);
    expect(readdirSync(directory).sort()).toEqual(['.gitmodules', 'mod', 'out', 'sub', 'version']);
    expect(readdirSync(join(directory, 'mod'))).toEqual(['module']);
    expect(statSync(join(directory, 'version')).mode & 0o777).toBe(0o644);
    await source[Symbol.asyncDispose]();
    expect((await open(address, { keepGitDir: true })).names).toContain('.git');
  }, 120_000);

  test('at a tag, a branch, a commit, a part of a commit', async () => {
    for (const ref of ['v1', 'refs/tags/v1', commits[0], commits[0]!.slice(0, 8)]) {
      expect((await open(`${address}#${ref}`)).version).toBe('1');
    }
    expect((await open(`${address}#feature/x`)).version).toBe('2');
    expect((await open(`${address}?tag=v1`)).version).toBe('1');
  }, 120_000);

  test('in a directory of it', async () => {
    expect((await open(`${address}#:sub`)).names).toEqual(['Dockerfile']);
    expect((await open(`${address}#v1:sub`)).names).toEqual(['Dockerfile']);
    await expect(open(`${address}#:out`)).rejects.toThrow('invalid subdir out');
    await expect(open(`${address}#:nosuch`)).rejects.toThrow('invalid subdir nosuch');
  }, 120_000);

  test('that is not there, or not what was expected', async () => {
    await expect(open(`${address}#nosuch`)).rejects.toThrow('repository does not contain ref nosuch');
    await expect(open(`${address}#--upload-pack=x`)).rejects.toThrow('invalid git ref');
    await expect(open(`${address}?tag=v1&checksum=${commits[1]}`)).rejects.toThrow(
      `expected checksum to match ${commits[1]}`,
    );
    await expect(open(address.replace('repo', 'none'))).rejects.toThrow('error fetching default branch');
  }, 120_000);
});

/** Waits until something listens. */
async function reachable(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const result = spawnSync('git', ['ls-remote', `git://127.0.0.1:${port}/repo.git`], { timeout: 5000 });
    if (result.status === 0) return;
    if (Date.now() > deadline) throw new Error('git daemon does not answer');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
