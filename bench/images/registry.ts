// Registries for a run, each on an empty or copied folder, here or where the peer's daemon can reach it.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand } from '../../test/support/daemons/daemon.ts';
import { eventually } from '../../test/support/eventually.ts';
import { freePort } from '../../test/support/free-port.ts';
import { run } from '../../test/support/run.ts';

/** A `berth registry serve` of its own. Dispose it to end it and remove what it kept. */
export interface BenchRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, in the network namespace it was started in. */
  readonly address: string;
  readonly folder: string;
}

/** Starts one with the content of `from`, if given; `netns` is the path of the network namespace to run it in. */
export async function startRegistry(o: { from?: string; netns?: string | undefined } = {}): Promise<BenchRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-registry-'));
  if (o.from) cpSync(o.from, folder, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const enter = o.netns ? ['nsenter', `--net=${o.netns}`] : [];
  const serve = [...berthCommand(), 'registry', 'serve', '--listen', address, '--root', folder];
  const child = Bun.spawn([...enter, ...serve], { stdio: ['ignore', 'ignore', 'ignore'] });
  await eventually('the registry answers', async () => {
    const { code } = await run([...enter, 'curl', '-sf', '-o', '/dev/null', `http://${address}/v2/`]);
    return code === 0;
  });
  const end = async () => {
    child.kill();
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { address, folder, [Symbol.asyncDispose]: end };
}
