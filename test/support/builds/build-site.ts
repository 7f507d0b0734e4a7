// A daemon to build on, by both kinds of doors: the classic request and, as `berth build` uses it, BuildKit's. Builds can be
// left in every way a client can leave, and what they left behind is looked for everywhere.

import { afterAll, afterEach, beforeAll, expect } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryOf } from '../../../src/api/endpoint.ts';
import type { Operations } from '../../../src/api/endpoints.ts';
import type { BuildInfo } from '../../../src/api/types/build.ts';
import { berthCommand, TestDaemon } from '../daemons/daemon.ts';
import { Engine } from '../daemons/engine.ts';
import { expectNothingLeft, listRemains } from '../daemons/remains.ts';
import { eventually } from '../eventually.ts';
import { type RunOptions, run, runOk } from '../run.ts';
import { type FilesByPath, writeFiles } from '../write-files.ts';

/** How a client leaves: a classic one closes its connection or asks for an end, `berth build` gets ^C or is killed. */
export type Leaving = 'close' | 'cancel' | 'interrupt' | 'kill';

export const everyLeaving: readonly Leaving[] = ['close', 'cancel', 'interrupt', 'kill'];

interface BuildParts {
  /** A folder, or the archive itself as it comes. */
  readonly context: string | AsyncIterable<Uint8Array>;
  /** For the classic door. */
  readonly query?: QueryOf<Operations['ImageBuild']>;
  readonly headers?: Readonly<Record<string, string>>;
  /** For `berth build`. */
  readonly args?: readonly string[];
  /** Where the standard output of `berth build` goes: nowhere, or into a pipe that nobody reads. */
  readonly output?: 'ignored' | 'unread';
}

/** A build under way. */
export interface Building {
  /** Everything it has said so far. */
  said(): string;
  /** Leaves it. */
  leave(): Promise<void>;
  /** Whether it went well; never rejects. */
  readonly ended: Promise<boolean>;
}

/** What a classic build came to. */
interface Answer {
  readonly text: string;
  readonly id: string | undefined;
  readonly error: string | undefined;
}

/** Makes the folders that stay for all builds that come after it. */
const firstDockerfile = 'FROM busybox\nCOPY <<EOF /f\nx\nEOF\nRUN --mount=type=cache,target=/c true\n';

interface BuildSiteOptions {
  /** Starts the daemon, if it is no ordinary one. */
  readonly daemon?: () => Promise<TestDaemon>;
  /** When all that builds left must go without a trace: after the last test, or after every one of them. */
  readonly emptied?: 'at the end' | 'after each';
}

/** A site for the tests of this file, or of this `describe`: it can be used within tests and hooks that are declared later. */
export function buildSite({
  daemon = () => TestDaemon.start(),
  emptied = 'at the end',
}: BuildSiteOptions = {}): BuildSite {
  const site = new BuildSite();
  beforeAll(async () => await site.start(await daemon()), 60_000);
  if (emptied === 'after each') afterEach(async () => await site.expectEmptied(), 60_000);
  afterAll(async () => {
    try {
      if (emptied === 'at the end') await site.expectEmptied();
    } finally {
      await site[Symbol.asyncDispose]();
    }
  }, 120_000);
  return site;
}

/** What `buildSite` gives to tests. */
class BuildSite implements AsyncDisposable {
  #running: { readonly daemon: TestDaemon; readonly engine: Engine; readonly folder: string } | undefined;
  #before: ReadonlySet<string> = new Set();
  #empty: readonly string[] = [];
  #contexts = 0;

  get daemon(): TestDaemon {
    return this.#parts().daemon;
  }

  get engine(): Engine {
    return this.#parts().engine;
  }

  /** For what tests write; removed at the end. */
  get folder(): string {
    return this.#parts().folder;
  }

  #parts() {
    if (!this.#running) throw new Error('a build site can be used when the tests run, not when they are declared');
    return this.#running;
  }

  /** With the image busybox. */
  async start(daemon: TestDaemon): Promise<void> {
    this.#running = { daemon, engine: new Engine(daemon), folder: mkdtempSync(join(tmpdir(), 'berth-site-')) };
    await this.engine.loadBusybox();
    // What the first build makes for all that come after it.
    await this.build(['-t', 'first', this.context({ Dockerfile: firstDockerfile })]);
    await this.empty();
    this.#before = await listRemains(daemon.places, daemon.pid);
    this.#empty = this.#stored();
  }

  /** A new folder with these files. */
  context(files: FilesByPath): string {
    return writeFiles(join(this.folder, `context-${++this.#contexts}`), files);
  }

  /** The words of `berth ARGS…` against this daemon. */
  command(...args: string[]): string[] {
    return [...berthCommand(), '-H', this.daemon.host, ...args];
  }

  /** The trimmed standard output of a command that must succeed. */
  berth(args: readonly string[], options?: RunOptions): Promise<string> {
    return runOk(this.command(...args), options);
  }

  /** The progress of a `berth build` that must succeed. */
  async build(args: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stderr } = await run(this.command('build', '--progress', 'plain', ...args), options);
    if (code !== 0) throw new Error(`the build failed with ${code}:\n${stderr}`);
    return stderr;
  }

  /** What a `berth build` says that must fail. */
  async failure(args: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stderr } = await run(this.command('build', '--progress', 'plain', ...args), options);
    if (code === 0) throw new Error(`the build did not fail:\n${stderr}`);
    return stderr;
  }

  /** A classic build to its end, be that good or bad. */
  async post(
    { context, query = {}, headers = {} }: BuildParts,
    o: { signal?: AbortSignal; hear?: (text: string) => void } = {},
  ): Promise<Answer> {
    const body = typeof context === 'string' ? packed(context) : context;
    const { signal, hear = () => {} } = o;
    const answer = { text: '', id: undefined as string | undefined, error: undefined as string | undefined };
    try {
      const stream = await this.engine.client.stream(
        'ImageBuild',
        { query, body, headers },
        { ...(signal && { signal }) },
      );
      for await (const line of stream.lines() as AsyncIterable<BuildInfo>) {
        const text = line.stream ?? (line.status ? `${line.status}\n` : '');
        answer.text += text;
        answer.error ??= line.errorDetail?.message;
        answer.id ??= (line.aux as { ID?: string } | undefined)?.ID;
        hear(text);
      }
    } catch (error) {
      answer.error = error instanceof Error ? error.message : String(error);
    }
    return answer;
  }

  /** Begins a build that is going to be left in this way. */
  begin(leaving: Leaving, parts: BuildParts): Building {
    return leaving === 'close' || leaving === 'cancel' ? this.#post(leaving, parts) : this.#spawn(leaving, parts);
  }

  /** Waits until nothing of any build is there but what the cache and images want. */
  async clean(): Promise<void> {
    await expectNothingLeft(this.daemon.places, this.daemon.pid, this.#before);
  }

  /** Removes cache and images; then the data root must hold no more than before the first build, and busybox run. */
  async expectEmptied(): Promise<void> {
    await this.clean();
    await this.empty();
    const known = new Set(this.#empty);
    const strange = () => this.#stored().filter(path => !known.has(path));
    await eventually('the data root is as it was', () => strange().length === 0).catch(() => {
      throw new Error(`left in the data root:\n${strange().join('\n')}`);
    });
    expect(await this.berth(['run', '--rm', '--network', 'none', 'busybox', 'echo', 'whole'])).toBe('whole');
  }

  /** Removes every image but busybox, and the build cache. */
  async empty(): Promise<void> {
    const busybox = await this.berth(['images', '-q', '--no-trunc', 'busybox']);
    const all = (await this.berth(['images', '-aq', '--no-trunc'])).split('\n');
    const others = [...new Set(all)].filter(id => id !== '' && id !== busybox);
    if (others.length > 0) await this.berth(['rmi', '-f', ...others]);
    await this.berth(['builder', 'prune', '-af']);
  }

  /** Also when it never started. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#running) return;
    await this.#running.daemon[Symbol.asyncDispose]();
    rmSync(this.#running.folder, { recursive: true, force: true });
  }

  /** What is in the data root, by path, as deep as rooms keep things apart. */
  #stored(): string[] {
    const { dataRoot } = this.daemon.places;
    const listed = (folder: string) => {
      const place = join(dataRoot, folder);
      return existsSync(place) ? readdirSync(place).map(name => join(folder, name)) : [];
    };
    const below = readdirSync(dataRoot).flatMap(name => (name.startsWith('berth.') ? [] : listed(name)));
    return [...below, ...deeper.flatMap(listed)].sort();
  }

  #post(leaving: 'close' | 'cancel', parts: BuildParts): Building {
    const id = crypto.randomUUID();
    const abort = new AbortController();
    let said = '';
    const hear = (text: string) => void (said += text);
    const query = { ...parts.query, buildid: id };
    const answer = this.post({ ...parts, query }, { signal: abort.signal, hear });
    return {
      said: () => said,
      ended: answer.then(({ error }) => error === undefined),
      leave: async () => {
        // One that has ended meanwhile is not there any more.
        if (leaving === 'cancel') await this.engine.client.call('BuildCancel', { query: { id } }).catch(() => {});
        else abort.abort();
      },
    };
  }

  #spawn(leaving: 'interrupt' | 'kill', { context, args = [], output = 'ignored' }: BuildParts): Building {
    const place = typeof context === 'string' ? context : '-';
    const child = Bun.spawn(this.command('build', '--progress', 'plain', ...args, place), {
      stdio: ['pipe', output === 'unread' ? 'pipe' : 'ignore', 'pipe'],
    });
    let said = '';
    const reading = (async () => {
      for await (const chunk of child.stderr) said += Buffer.from(chunk).toString();
    })();
    if (typeof context !== 'string') void feed(child.stdin as Bun.FileSink, context);
    return {
      said: () => said,
      ended: Promise.all([child.exited, reading]).then(([code]) => code === 0),
      leave: async () => void child.kill(leaving === 'interrupt' ? 'SIGINT' : 'SIGKILL'),
    };
  }
}

/** Folders of the data root in which each entry is somebody's. */
const deeper = ['content/blobs/sha256', 'content/ingest', 'content/partial', 'builder/contexts/open'].concat(
  ...['builder/contexts/mirrors', 'builder/contexts/repositories', 'builder/mounts', 'builder/scratch'],
);

/** A folder as an archive. */
export async function* packed(folder: string): AsyncGenerator<Uint8Array> {
  const child = Bun.spawn(['tar', '-C', folder, '-c', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    yield* child.stdout;
  } finally {
    child.kill();
    await child.exited;
  }
}

/** To a process that may end meanwhile. */
async function feed(sink: Bun.FileSink, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of bytes) {
      await sink.write(chunk);
      await sink.flush();
    }
    await sink.end();
  } catch {
    // It is gone.
  }
}
