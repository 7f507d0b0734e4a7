// Registries to push to: Berth's own, and Debian's docker-registry where it is installed; each on an empty folder.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand } from '../daemons/daemon.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { peerFolder, peerProgram } from '../peer-programs.ts';

/** One that answers. Dispose it to end it and remove what it kept. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`; plain HTTP. */
  readonly address: string;
  readonly pid: number;
}

/** `berth registry serve`. */
export async function startBerthRegistry(): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  return start([...berthCommand(), 'registry', 'serve', '--listen', address, '--root', folder], address, folder);
}

/** Debian's `docker-registry`; undefined where it is not installed. */
export async function startPeerRegistry(): Promise<TestRegistry | undefined> {
  const program = peerProgram('docker-registry');
  if (!program) return undefined;
  const folder = peerFolder();
  const address = `127.0.0.1:${await freePort()}`;
  mkdirSync(join(folder.here, 'data'));
  const storage = { filesystem: { rootdirectory: join(folder.there, 'data') }, delete: { enabled: true } };
  writeFileSync(join(folder.here, 'config.yml'), JSON.stringify({ version: '0.1', storage, http: { addr: address } }));
  return start([...program, 'serve', join(folder.there, 'config.yml')], address, folder.here);
}

async function start(command: readonly string[], address: string, folder: string): Promise<TestRegistry> {
  const child = Bun.spawn([...command], { stdio: ['ignore', 'ignore', 'ignore'] });
  const end = async () => {
    child.kill();
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually('the registry answers', async () => {
      const response = await fetch(`http://${address}/v2/`).catch(() => undefined);
      return response?.status === 200;
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { address, pid: child.pid, [Symbol.asyncDispose]: end };
}
