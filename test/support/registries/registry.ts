// A registry of ours as a process of its own, on a free port and a folder of its own.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand } from '../daemons/daemon.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';

/** To start, stop, kill and start again on the same folder and port. Dispose it to remove everything it left. */
export class TestRegistry implements AsyncDisposable {
  /** Its own folder: `data` is the registry's root, the rest is for the test. */
  readonly folder: string;
  readonly port: number;
  readonly #arguments: readonly string[];
  readonly #wrapper: readonly string[];
  #child: Bun.Subprocess | undefined;

  private constructor(place: { folder: string; port: number }, args: readonly string[], wrapper: readonly string[]) {
    this.folder = place.folder;
    this.port = place.port;
    this.#arguments = args;
    this.#wrapper = wrapper;
  }

  /** `config` becomes its configuration file; `wrapper` goes before the command (`nsenter …`). */
  static async start(
    options: {
      config?: Record<string, unknown> | ((folder: string) => Record<string, unknown>);
      args?: readonly string[];
      wrapper?: readonly string[];
    } = {},
  ): Promise<TestRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-registry-'));
    const { config, args = [], wrapper = [] } = options;
    const file = join(folder, 'registry.json');
    const registry = new TestRegistry(
      { folder, port: await freePort() },
      [...(config ? ['--config', file] : []), ...args],
      wrapper,
    );
    try {
      if (config) writeFileSync(file, JSON.stringify(typeof config === 'function' ? config(folder) : config));
      await registry.start();
    } catch (error) {
      await registry[Symbol.asyncDispose]();
      throw error;
    }
    return registry;
  }

  /** `127.0.0.1:PORT`, as an image's name begins. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (!this.#child) throw new Error('the registry does not run');
    return this.#child.pid;
  }

  /** Starts it and waits until it listens; throws what it said when it ends before. */
  async start(): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    const before = this.log().length;
    const place = ['--root', join(this.folder, 'data'), '--listen', this.host];
    const command = [...this.#wrapper, ...berthCommand(), 'registry', 'serve', ...place, ...this.#arguments];
    const child = Bun.spawn(command, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    const said = () => this.log().slice(before);
    await eventually('the registry listens', () => hasEnded() || said().includes('msg="listening"'));
    if (hasEnded()) throw new Error(`the registry ended:\n${said()}`);
  }

  /** Everything it said. */
  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** Ends it in order; returns its exit code. */
  async stop(): Promise<number> {
    return await this.#end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<number> {
    return await this.#end('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    return (await child?.exited) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
