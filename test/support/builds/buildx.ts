// The real `docker buildx` against a daemon of ours, by Docker's CLI and those plugins that `scripts/plugins.sh` fetched.
// BERTH_TEST_BUILDX names another plugin; compose is looked for beside it.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TestDaemon } from '../daemons/daemon.ts';
import { listRemains } from '../daemons/remains.ts';
import { dockerProgram, fetchedPlugins } from '../docker-program.ts';
import { loadArguments, type TestImage } from '../images.ts';
import { type RunOptions, type RunResult, run, runOk } from '../run.ts';
import { type FilesByPath, writeFiles } from '../write-files.ts';

/** Docker's plugins of one release of Debian. */
export interface Plugins {
  readonly buildx: string;
  /** Undefined where it is missing. */
  readonly compose?: string;
  /** Of buildx, without its patch: 13 for 0.13.1. */
  readonly version: number;
}

/** Oldest first; empty where there are none, or no `docker`. */
export function findPlugins(): readonly Plugins[] {
  if (!dockerProgram()) return [];
  const own = process.env.BERTH_TEST_BUILDX;
  const paths = own ? [own] : existsSync(fetchedPlugins) ? suitesOf(fetchedPlugins) : [];
  return paths.map(pluginsBeside).sort((a, b) => a.version - b.version);
}

function suitesOf(folder: string): string[] {
  const paths = readdirSync(folder).map(suite => join(folder, suite, 'docker-buildx'));
  return paths.filter(path => existsSync(path));
}

function pluginsBeside(buildx: string): Plugins {
  const said = Bun.spawnSync([buildx, 'version']).stdout.toString();
  const version = Number(/ v?0\.(\d+)\./.exec(said)?.[1]);
  if (!Number.isInteger(version)) throw new Error(`${buildx} does not say its version: ${said}`);
  const compose = join(dirname(buildx), 'docker-compose');
  return { buildx, version, ...(existsSync(compose) && { compose }) };
}

/** A daemon, and Docker's CLI with its plugins to build there. */
export class Buildx implements AsyncDisposable {
  readonly daemon: TestDaemon;
  /** For what tests write; removed at the end. */
  readonly folder: string;
  /** What the daemon had before the first build. */
  readonly before: ReadonlySet<string>;
  readonly plugins: Plugins;
  #contexts = 0;

  private constructor(plugins: Plugins, daemon: TestDaemon, folder: string, before: ReadonlySet<string>) {
    this.plugins = plugins;
    this.daemon = daemon;
    this.folder = folder;
    this.before = before;
  }

  static async start(images: readonly TestImage[], plugins: Plugins): Promise<Buildx> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-buildx-'));
    mkdirSync(join(folder, 'config', 'cli-plugins'), { recursive: true });
    for (const name of ['buildx', 'compose'] as const) {
      const path = plugins[name];
      if (path) symlinkSync(path, join(folder, 'config', 'cli-plugins', `docker-${name}`));
    }
    const daemon = await TestDaemon.start();
    const before = await listRemains(daemon.places, daemon.pid);
    const buildx = new Buildx(plugins, daemon, folder, before);
    for (const image of images) await buildx.ok(await loadArguments(image));
    return buildx;
  }

  /** A new folder with these files. */
  context(files: FilesByPath): string {
    return writeFiles(join(this.folder, `context-${++this.#contexts}`), files);
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

  /** Removes every image but busybox, and the build cache. */
  async empty(): Promise<void> {
    const images = (await this.ok(['images', '-aq'])).split('\n').filter(Boolean);
    for (const id of new Set(images)) {
      const names = await this.ok(['inspect', '-f', '{{.RepoTags}}', id]);
      if (!names.includes('busybox:latest')) await this.run(['rmi', '-f', id]);
    }
    await this.ok(['builder', 'prune', '-af']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
