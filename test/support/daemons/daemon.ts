// A real daemon with everything of its own: roots, socket, bridge, subnet, firewall table, cgroup parent.

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { runOk } from '../run.ts';
import type { DaemonPlaces } from './daemon-places.ts';
import { clearRemains } from './remains.ts';

const repository = join(import.meta.dir, '..', '..', '..');

/** The program under test: BERTH_TEST_PROGRAM, else dist/berth, else the sources (always with BERTH_TEST_SOURCE=1). */
export function berthCommand(): string[] {
  const built = process.env.BERTH_TEST_PROGRAM ?? join(repository, 'dist', 'berth');
  if (!process.env.BERTH_TEST_SOURCE && existsSync(built)) return [built];
  return [process.execPath, join(repository, 'src', 'main.ts')];
}

/** A daemon to start, stop, kill and start again on the same roots. Dispose it to remove everything it left. */
export class TestDaemon implements AsyncDisposable {
  readonly places: DaemonPlaces;
  readonly #prefix: readonly string[];
  #child: Bun.Subprocess | undefined;

  private constructor(places: DaemonPlaces, prefix: readonly string[]) {
    this.places = places;
    this.#prefix = prefix;
  }

  /** Prepares roots and starts; `config` is merged into its daemon.json, `prefix` stands before the command. */
  static async start(config: Record<string, unknown> = {}, prefix: readonly string[] = []): Promise<TestDaemon> {
    const places = await choosePlaces();
    writeFileSync(
      places.configFile,
      JSON.stringify({
        'cgroup-parent': places.cgroupParent,
        ...config,
      }),
    );
    const daemon = new TestDaemon(places, prefix);
    try {
      await daemon.start();
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  /** What clients put after `-H`. */
  get host(): string {
    return `unix://${this.places.socket}`;
  }

  /** The pid of the running daemon. */
  get pid(): number {
    if (!this.#child) throw new Error('the daemon does not run');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && !hasEnded(this.#child);
  }

  /** The command that starts a daemon on these roots. */
  command(): string[] {
    const { dataRoot, execRoot, pidFile, bridge, bip, configFile } = this.places;
    return [
      ...this.#prefix,
      ...[...berthCommand(), 'daemon', '--data-root', dataRoot, '--exec-root', execRoot, '-H', this.host],
      ...['--pidfile', pidFile, '--bridge', bridge, '--bip', bip, '--config-file', configFile, '--debug'],
    ];
  }

  /** Starts it and waits until it answers; throws when it ends before. */
  async start(): Promise<void> {
    const log = openSync(this.places.logFile, 'a');
    const child = Bun.spawn(this.command(), { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    await eventually('the daemon answers', async () => {
      if (hasEnded(child)) return true;
      return (await accepts(this.places.socket)) && (await this.ping());
    }).catch(error => {
      throw new Error(`${error.message}\n${this.log()}`, { cause: error });
    });
    if (hasEnded(child)) throw new Error(`the daemon ended with ${child.exitCode ?? child.signalCode}:\n${this.log()}`);
  }

  /** True when it answers `_ping`. */
  async ping(): Promise<boolean> {
    const response = await fetch('http://berth/_ping', { unix: this.places.socket });
    return (await response.text()) === 'OK';
  }

  /** Ends it in order; containers run on. */
  async stop(): Promise<number> {
    return await this.#end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<number> {
    return await this.#end('SIGKILL');
  }

  /** The daemon's own log, its last lines. */
  log(lines = 40): string {
    return readFileSync(this.places.logFile, 'utf8').split('\n').slice(-lines).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
    await clearRemains(this.places);
    rmSync(this.places.root, { recursive: true, force: true });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const child = this.#child;
    if (!child) throw new Error('the daemon does not run');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const code = await child.exited;
    clearTimeout(timer);
    this.#child = undefined;
    return code;
  }
}

const hasEnded = (child: Bun.Subprocess) => child.exitCode !== null || child.signalCode !== null;

/** Short paths (a socket's has at most 107 bytes) and names that no other daemon of this machine has. */
async function choosePlaces(): Promise<DaemonPlaces> {
  const root = mkdtempSync(join(tmpdir(), 'bt-'));
  const name = root.slice(root.lastIndexOf('-') + 1);
  const bridge = `bt${name}`.slice(0, 15);
  mkdirSync(join(root, 'data'));
  // Users of containers may pass through.
  chmodSync(root, 0o711);
  return {
    root,
    dataRoot: join(root, 'data'),
    execRoot: join(root, 'exec'),
    socket: join(root, 'berth.sock'),
    pidFile: join(root, 'berth.pid'),
    logFile: join(root, 'daemon.log'),
    configFile: join(root, 'daemon.json'),
    bridge,
    bip: await freeSubnet(),
    table: `berth-${bridge}`,
    cgroupParent: `/berth-test-${name}`,
  };
}

/** The gateway address of a /24 that overlaps no link of this machine. */
async function freeSubnet(): Promise<string> {
  const taken = [...(await runOk(['ip', '-o', '-4', 'address'])).matchAll(/inet ([\d.]+)\/(\d+)/g)];
  const overlaps = (address: string) =>
    taken.some(([, other = '', prefix]) => {
      const bits = Math.min(Number(prefix), 24);
      return toNumber(address) >>> (32 - bits) === toNumber(other) >>> (32 - bits);
    });
  for (;;) {
    const address = `10.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 250)}.1`;
    if (!overlaps(address)) return `${address}/24`;
  }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function accepts(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
