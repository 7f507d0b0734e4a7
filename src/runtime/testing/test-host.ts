// What tests of real containers need: a namespace in which crun runs, a root file system, a runtime of their own.

import { afterAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createKernel, type Kernel } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { OciSpec } from '../../oci/runtime-spec.ts';
import { defaultCapabilities } from '../capabilities.ts';
import type { AttachStream, Process } from '../process.ts';
import { emptyCgroup } from '../processes/empty-cgroup.ts';
import { type CreateOptions, Runtime } from '../runtime.ts';
import { buildSpec } from '../spec/build-spec.ts';
import { describeHost } from '../spec/describe-host.ts';
import type { SpecInput } from '../spec/input.ts';

const inside = 'BERTH_TEST_MOUNT_NAMESPACE';

/**
 * Runs `define` where containers can be made. On a hybrid cgroup host that is a mount namespace without the v2 tree,
 * so the whole test `file` runs again in there and this process only reports the outcome.
 */
export function describeContainers(name: string, file: string, define: () => void): void {
  if (createKernel().cgroups.mode() !== 'hybrid' || process.env[inside]) {
    describe(name, define);
    return;
  }
  test(`${name} (in a mount namespace)`, () => {
    const script = 'mount --make-rslave / && umount /sys/fs/cgroup/unified && exec "$@"';
    // The usual 5 s for a test are not enough where nothing is in the page cache yet.
    const run = [process.execPath, 'test', '--timeout=60000', file];
    const command = ['unshare', '-m', 'sh', '-c', script, 'sh', ...run];
    const child = spawnSync(command[0]!, command.slice(1), {
      env: { ...process.env, [inside]: '1' },
      encoding: 'utf8',
    });
    if (child.status !== 0) console.error(child.stdout, child.stderr);
    expect(child.status).toBe(0);
  }, 300_000);
}

const applets = 'sh ls cat echo true sleep id dd seq yes kill env stty head tail grep test mkdir';
const passwd = 'root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1001::/home/bob:/bin/sh\n';

/** Real containers below a temporary exec root, on a busybox of the host. */
export class TestHost {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-rt-'));
  readonly kernel: Kernel = createKernel();
  /** All containers' cgroups are below this one. */
  readonly cgroupParent = `/${basename(this.root)}`;
  readonly #runtimes: Runtime[] = [];
  #count = 0;

  constructor() {
    mkdirSync(join(this.root, 'fs/bin'), { recursive: true });
    mkdirSync(join(this.root, 'fs/etc'));
    copyFileSync('/usr/bin/busybox', join(this.root, 'fs/bin/busybox'));
    for (const applet of applets.split(' ')) symlinkSync('busybox', join(this.root, 'fs/bin', applet));
    writeFileSync(join(this.root, 'fs/etc/passwd'), passwd);
    writeFileSync(join(this.root, 'fs/bin/plain'), '');
    afterAll(() => this.#clean());
  }

  get execRoot(): string {
    return join(this.root, 'run');
  }

  /** A new one on the same exec root is what a restarted daemon has. */
  runtime(options: { monitorInterval?: number } = {}): Runtime {
    const runtime = new Runtime(
      {
        ...options,
        execRoot: this.execRoot,
        runtimes: { crun: { path: '/usr/bin/crun' }, runc: { path: '/usr/sbin/runc' } },
        defaultRuntime: 'crun',
      },
      { kernel: this.kernel, logger: silentLogger },
    );
    this.#runtimes.push(runtime);
    return runtime;
  }

  spec(args: string[], changes: Partial<SpecInput> = {}): OciSpec {
    const input: SpecInput = {
      ...{ rootfs: join(this.root, 'fs'), args, env: ['PATH=/bin'], cwd: '/', user: { uid: 0, gid: 0 }, tty: false },
      ...{ hostname: 'box', namespaces: { network: 'new', pid: 'new', ipc: 'new', uts: 'new' }, mounts: [] },
      ...{ capabilities: [...defaultCapabilities], cgroupPath: `${this.cgroupParent}/x` },
      ...changes,
    };
    return buildSpec(input, describeHost(this.kernel));
  }

  /** What `Runtime.create` takes for a container with an id and a cgroup of its own. */
  options(args: string[], changes: Partial<SpecInput> = {}, o: Partial<CreateOptions> = {}): CreateOptions {
    const id = `c${++this.#count}${'0'.repeat(60)}`;
    const spec = this.spec(args, { cgroupPath: `${this.cgroupParent}/${id}`, ...changes });
    return { id, spec, tty: changes.tty ?? false, stdin: false, stdinOnce: false, log: undefined, ...o };
  }

  async #clean(): Promise<void> {
    await this.runtime().sweep(new Set());
    for (const runtime of this.#runtimes) runtime.close();
    await emptyCgroup(this.cgroupParent, this.kernel);
    this.kernel.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Everything a session gives, as `stdout` and `stderr`. */
export async function readAll(session: AttachStream): Promise<{ stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  for await (const { stream, data } of session.output) text[stream] += data;
  return text;
}

/** Attaches, starts, and waits for the end. */
export async function runToEnd(
  process: Process,
  input?: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const session = await process.attach();
  const output = readAll(session);
  await process.start();
  if (input !== undefined) {
    await session.stdin.write(Buffer.from(input));
    session.stdin.end();
  }
  const { code } = await process.exited;
  return { code, ...(await output) };
}
