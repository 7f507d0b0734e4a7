// Where end-to-end scenarios play: an engine with images, and the command lines to drive it with.
// By default a Berth daemon of its own, driven by `berth` and by the real `docker` where that is installed. With
// BERTH_TEST_PEER_HOST the same scenarios run against a real dockerd, to prove that they ask for what Docker does.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from './daemons/daemon.ts';
import { expectNothingLeft, listRemains } from './daemons/remains.ts';
import { dockerProgram } from './docker-program.ts';
import { loadArguments, type TestImage } from './images.ts';
import { TestRegistry } from './registries/registry.ts';
import { type RunOptions, type RunResult, run } from './run.ts';
import { Terminal } from './terminal.ts';
import { type FilesByPath, writeFiles } from './write-files.ts';

/** The peer: its host, where its root file system is seen from here, and its network namespace (a path). */
const peer = {
  host: process.env.BERTH_TEST_PEER_HOST,
  root: process.env.BERTH_TEST_PEER_ROOT ?? '/',
  network: process.env.BERTH_TEST_PEER_NETNS,
};

/** A folder that can be bind-mounted: its path for us, and for the engine. */
interface SharedFolder {
  readonly here: string;
  readonly there: string;
}

/** One command line against the stage's engine. */
export interface CommandLine {
  readonly name: string;
  /** Runs `docker ARGS…` to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The trimmed standard output of a command that must succeed. */
  ok(args: readonly string[], options?: RunOptions): Promise<string>;
  terminal(args: readonly string[], size?: { columns: number; rows: number }): Terminal;
  /** Starts a command that goes on; kill it. Its output is collected in `output()`. */
  start(args: readonly string[]): { output(): string; kill(): Promise<void>; exited: Promise<number> };
}

/** What a scenario gets: a command line, and names that are free. */
export interface Scene {
  readonly cli: CommandLine;
  /** A container name of this scenario; the container is removed when the scenario ends. */
  container(): string;
  /** A volume name of this scenario, removed too. */
  volume(): string;
  folder(): SharedFolder;
  /** A registry of ours that engine and command line reach at its `host`; it ends with the scenario. */
  registry(config?: (folder: string) => Record<string, unknown>): Promise<TestRegistry>;
  /** Serves files by HTTP to the engine, until the scenario ends; the address ends with a slash. */
  serve(files: FilesByPath): Promise<string>;
  /** The text that an HTTP server on a port of the engine's host answers. */
  fetch(port: number): Promise<string>;
}

/** Declares scenarios named "X must Y" on one stage; each runs once per command line. */
export function scenarios(
  images: readonly TestImage[],
  declared: Record<string, (scene: Scene) => Promise<void>>,
): void {
  let daemon: TestDaemon | undefined;
  let before: Set<string> = new Set();
  const host = () => peer.host ?? daemon?.host ?? '';

  beforeAll(async () => {
    if (!peer.host) daemon = await TestDaemon.start();
    const loader = commandLine(commandLines()[0] ?? '', host);
    for (const image of images) await loader.ok(await loadArguments(image));
    if (daemon) before = await listRemains(daemon.places, daemon.pid);
  }, 300_000);

  for (const program of commandLines()) {
    describe(program === 'docker' ? 'docker' : 'berth', () => {
      for (const [name, play] of Object.entries(declared)) {
        test(name, async () => await playScene(commandLine(program, host), play), 60_000);
      }
    });
  }
  if (!peer.host && !dockerProgram())
    describe('docker', () => test.skip('is not installed: its scenarios did not run', () => {}));

  afterAll(async () => {
    if (!daemon) return;
    await using _ = daemon;
    await expectNothingLeft(daemon.places, daemon.pid, before);
  }, 60_000);
}

/** `berth` (the empty string) and `docker`, as far as they can be used here. */
function commandLines(): string[] {
  const docker = dockerProgram() ? ['docker'] : [];
  return peer.host ? docker : ['berth', ...docker];
}

/** What goes before a program that has to reach what the engine reaches. */
function inPeerNetwork(): string[] {
  return peer.host && peer.network ? ['nsenter', `--net=${peer.network}`] : [];
}

function commandLine(program: string, host: () => string): CommandLine {
  const command = (args: readonly string[]) => [
    ...inPeerNetwork(),
    ...(program === 'docker' ? [dockerProgram() ?? 'docker'] : berthCommand()),
    ...['-H', host(), ...args],
  ];
  return {
    name: program,
    run: (args, options) => run(command(args), options),
    terminal: (args, size) => new Terminal(command(args), size),
    async ok(args, options) {
      const { code, stdout, stderr } = await run(command(args), options);
      if (code !== 0) throw new Error(`exit code ${code}: ${program} ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout.trim();
    },
    start(args) {
      const child = Bun.spawn(command(args), { stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream
          .pipeTo(new WritableStream({ write: chunk => void (text += Buffer.from(chunk).toString()) }))
          .catch(() => {});
      }
      return {
        output: () => text,
        exited: child.exited,
        async kill() {
          child.kill('SIGKILL');
          await child.exited;
        },
      };
    },
  };
}

async function playScene(cli: CommandLine, play: (scene: Scene) => Promise<void>): Promise<void> {
  const made = { containers: [] as string[], volumes: [] as string[], folders: [] as string[] };
  const registries: TestRegistry[] = [];
  const servers: Bun.Subprocess[] = [];
  const name = (kind: string[]) => {
    kind.push(`e2e-${crypto.randomUUID().slice(0, 8)}`);
    return kind.at(-1) ?? '';
  };
  try {
    await play({
      cli,
      container: () => name(made.containers),
      volume: () => name(made.volumes),
      folder: () => sharedFolder(made.folders),
      async registry(config) {
        const registry = await TestRegistry.start({ config, wrapper: inPeerNetwork() });
        registries.push(registry);
        return registry;
      },
      async serve(files) {
        const { here } = sharedFolder(made.folders);
        writeFiles(here, files);
        const command = [...inPeerNetwork(), 'bun', join(import.meta.dir, 'file-server.ts'), here];
        const server = Bun.spawn(command, { stdio: ['ignore', 'pipe', 'inherit'] });
        servers.push(server);
        const { value } = await server.stdout.getReader().read();
        return `http://127.0.0.1:${Buffer.from(value ?? [])
          .toString()
          .trim()}/`;
      },
      fetch: port => fetchFromHost(port),
    });
  } finally {
    for (const registry of registries) await registry[Symbol.asyncDispose]();
    for (const server of servers) server.kill();
    for (const container of made.containers) await cli.run(['rm', '-f', '-v', container]);
    for (const volume of made.volumes) await removeVolume(cli, volume);
    for (const folder of made.folders) rmSync(folder, { recursive: true });
  }
}

/** The stage's engine may not speak `volume rm` in every command line yet: leftover volumes go with the data root. */
async function removeVolume(cli: CommandLine, volume: string): Promise<void> {
  await cli.run(['volume', 'rm', '-f', volume]);
}

function sharedFolder(folders: string[]): SharedFolder {
  const parent = peer.host ? join(peer.root, 'tmp') : tmpdir();
  mkdirSync(parent, { recursive: true });
  const here = mkdtempSync(join(parent, 'e2e-'));
  folders.push(here);
  return { here, there: peer.host ? join('/', here.slice(peer.root.length)) : here };
}

async function fetchFromHost(port: number): Promise<string> {
  if (peer.host && peer.network) {
    const { stdout } = await run(['nsenter', `--net=${peer.network}`, 'curl', '-sS', `http://127.0.0.1:${port}/`]);
    return stdout;
  }
  return await (await fetch(`http://127.0.0.1:${port}/`)).text();
}

/** Expects a command's exit code, with everything it said when it is another one. */
export function expectCode(result: RunResult, code: number): void {
  expect(`exit code ${result.code}${result.code === code ? '' : `\n${result.stdout}${result.stderr}`}`).toBe(
    `exit code ${code}`,
  );
}
