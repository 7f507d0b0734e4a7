// The real `docker buildx` against a daemon of ours. Where Docker's CLI or the plugin is not installed there is none;
// BERTH_TEST_BUILDX names the plugin where it lies elsewhere.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TestDaemon } from './daemon.ts';
import { loadArguments, type TestImage } from './images.ts';
import { listRemains } from './remains.ts';
import { type RunOptions, type RunResult, run, runOk } from './run.ts';
import { dockerProgram } from './stage.ts';

const root = process.env.BERTH_TEST_PEER_ROOT ?? '/';
const folders = ['usr/libexec/docker/cli-plugins', 'usr/lib/docker/cli-plugins', 'usr/local/lib/docker/cli-plugins'];

/** The plugin's path; undefined where it cannot be used. `compose` is looked for beside it. */
export function pluginProgram(name: 'buildx' | 'compose'): string | undefined {
  if (!dockerProgram()) return undefined;
  const own = process.env.BERTH_TEST_BUILDX;
  const beside = own === undefined ? [] : [join(dirname(own), `docker-${name}`)];
  const places = [...beside, ...folders.map(folder => join(root, folder, `docker-${name}`))];
  return places.find(path => existsSync(path));
}

/** Files of a context by their names; what ends with `/` is a folder. */
export type ContextFiles = Readonly<Record<string, string>>;

/** A daemon, and Docker's CLI with its plugins to build there. */
export class Buildx implements AsyncDisposable {
  readonly daemon: TestDaemon;
  /** For what tests write; removed at the end. */
  readonly folder: string;
  /** What the daemon had before the first build. */
  readonly before: ReadonlySet<string>;
  #contexts = 0;

  private constructor(daemon: TestDaemon, folder: string, before: ReadonlySet<string>) {
    this.daemon = daemon;
    this.folder = folder;
    this.before = before;
  }

  static async start(images: readonly TestImage[]): Promise<Buildx> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-buildx-'));
    mkdirSync(join(folder, 'config', 'cli-plugins'), { recursive: true });
    for (const name of ['buildx', 'compose'] as const) {
      const path = pluginProgram(name);
      if (path) symlinkSync(path, join(folder, 'config', 'cli-plugins', `docker-${name}`));
    }
    const daemon = await TestDaemon.start();
    const before = await listRemains(daemon.places, daemon.pid);
    const buildx = new Buildx(daemon, folder, before);
    for (const image of images) await buildx.ok(await loadArguments(image));
    return buildx;
  }

  /** A new folder with these files. */
  context(files: ContextFiles): string {
    const place = join(this.folder, `context-${++this.#contexts}`);
    mkdirSync(place);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(place, name)), { recursive: true });
      writeFileSync(join(place, name), text);
    }
    return place;
  }

  /** The words of `docker ARGS…`, and what has to be in its environment. */
  command(args: readonly string[]): { words: string[]; env: Record<string, string> } {
    const words = [dockerProgram() ?? 'docker', '-H', this.daemon.host, ...args];
    return { words, env: { DOCKER_CONFIG: join(this.folder, 'config'), BUILDKIT_PROGRESS: 'plain', NO_COLOR: '1' } };
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { words, env } = this.command(args);
    return run(words, { ...options, env: { ...env, ...options.env } });
  }

  /** The trimmed standard output of a command that must succeed. */
  ok(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { words, env } = this.command(args);
    return runOk(words, { ...options, env: { ...env, ...options.env } });
  }

  /** What a build that must succeed says of its progress. */
  async build(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(['buildx', 'build', ...args], options);
    if (result.code !== 0) throw new Error(`the build failed with ${result.code}:\n${result.stderr}`);
    return result.stderr;
  }

  /** What a build that must fail says. */
  async failure(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(['buildx', 'build', ...args], options);
    if (result.code === 0) throw new Error(`the build did not fail:\n${result.stderr}`);
    return result.stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Steps of a plain progress that were run, by the names of their instructions; cached ones are left out. */
export function stepsRun(progress: string): string[] {
  const names = new Map<string, string>();
  const cached = new Set<string>();
  for (const line of progress.split('\n')) {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (/^\[\S+ .*\d\/\d\] /.test(text) || /^\[\d+\/\d+\] /.test(text))
      names.set(number, text.replace(/^\[.*?\] /, ''));
    if (text === 'CACHED') cached.add(number);
  }
  return [...names].filter(([number]) => !cached.has(number)).map(([, name]) => name);
}
