// `RUN --mount`: what a step sees besides its root file system.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Images } from '../../../images/index.ts';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { invalid, systemError } from '../../../lib/errors.ts';
import { type IdMap, idOutside, type Owner } from '../../../lib/id-map.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { CacheMounts } from '../../cache/cache-mounts.ts';
import { resolveInRoot } from '../../context/copy/resolve-in-root.ts';
import { MissingSourceError } from '../../errors/missing-source-error.ts';
import type { RunMountOperation } from '../../graph/operation.ts';
import type { BuildCallbacks } from '../../request.ts';
import type { Snapshot } from '../../solve/snapshot.ts';
import { openRoot } from '../open-root.ts';
import { listenForAgent } from './ssh-agent.ts';
import { takeCaches } from './step-caches.ts';

export interface StepMountDeps {
  readonly images: Pick<Images, 'builds'>;
  readonly cacheMounts: CacheMounts;
  readonly callbacks: BuildCallbacks;
  /** The users of steps, where they are not the host's. */
  readonly ids?: IdMap | undefined;
}

interface StepMountOptions {
  readonly inputs: readonly Snapshot[];
  /** In memory (below the exec root): for secrets and sockets. */
  readonly directory: string;
  readonly undo: CleanupStack;
  readonly signal: AbortSignal;
}

/** `env`: variables that secrets and agents come with. `files`: which targets are files. */
interface StepMounts {
  readonly mounts: MountSpec[];
  readonly env: string[];
  readonly places: { path: string; file: boolean }[];
}

type MountOf<T extends RunMountOperation['type']> = Extract<RunMountOperation, { type: T }>;

/** Opens everything the mounts need; `undo` closes it. Throws `invalid` for a secret or agent that is not there. */
export async function prepareStepMounts(
  mounts: readonly RunMountOperation[],
  o: StepMountOptions,
  deps: StepMountDeps,
): Promise<StepMounts> {
  const prepared: StepMounts = { mounts: [], env: [], places: [] };
  const step = new MountPreparation(prepared, { ...o, caches: await takeCaches(mounts, o, deps) }, deps);
  // One inside another comes after it.
  const ordered = mounts.toSorted((a, b) => a.target.split('/').length - b.target.split('/').length);
  for (const mount of ordered) await step.add(mount);
  return prepared;
}

interface PreparationOptions extends StepMountOptions {
  readonly caches: Awaited<ReturnType<typeof takeCaches>>;
}

class MountPreparation {
  readonly #prepared: StepMounts;
  readonly #options: PreparationOptions;
  readonly #deps: StepMountDeps;
  #count = 0;
  #agents = 0;

  constructor(prepared: StepMounts, options: PreparationOptions, deps: StepMountDeps) {
    this.#prepared = prepared;
    this.#options = options;
    this.#deps = deps;
  }

  async add(mount: RunMountOperation): Promise<void> {
    switch (mount.type) {
      case 'bind':
        return this.#bind(mount);
      case 'cache':
        return this.#cache(mount);
      case 'tmpfs':
        return this.#push({
          kind: 'tmpfs',
          destination: mount.target,
          options: ['exec', ...(mount.size === undefined ? [] : [`size=${mount.size}`])],
        });
      case 'secret':
        return await this.#secret(mount);
      case 'ssh':
        return await this.#ssh(mount);
      case 'script':
        return this.#script(mount);
    }
  }

  #push(mount: MountSpec, file = false): void {
    // Read-only all the way down is for directories: crun fails with `Not a directory` on a file.
    this.#prepared.mounts.push(file ? { ...mount, readonlyNonRecursive: true } : mount);
    this.#prepared.places.push({ path: mount.destination, file });
  }

  #bind(mount: MountOf<'bind'>): void {
    const snapshot = this.#options.inputs[mount.input] as Snapshot;
    const root = mount.readonly ? this.#readable(snapshot) : this.#writable(snapshot);
    const place = resolveInRoot(root, mount.source);
    if (!place) throw new MissingSourceError(mount.source);
    const source = `${root}/${place.path}`;
    this.#push(
      { kind: 'bind', source, destination: mount.target, readonly: mount.readonly },
      !place.stats.isDirectory(),
    );
  }

  #readable(snapshot: Snapshot): string {
    const root = openRoot(snapshot, this.#deps.images, { forContainer: true });
    this.#options.undo.defer('bind mount', () => root[Symbol.dispose]());
    return root.path;
  }

  /** What a step writes there is thrown away. */
  #writable(snapshot: Snapshot): string {
    const settled = Promise.reject(new Error('not a layer'));
    settled.catch(() => {});
    const below =
      snapshot.kind === 'tree'
        ? [{ directory: snapshot.tree.directory, settled }]
        : snapshot.layers.map(({ layer }) => layer);
    const working = this.#deps.images.builds.create(below);
    this.#options.undo.defer('writable bind mount', () => working[Symbol.asyncDispose]());
    return working.mount([], { forContainer: true, bare: true });
  }

  #cache(mount: MountOf<'cache'>): void {
    const directory = this.#options.caches.get(mount);
    if (directory === undefined) throw systemError('a cache mount was not taken');
    this.#push({
      kind: 'bind',
      source: this.#deps.images.builds.seenByContainers(directory),
      destination: mount.target,
      readonly: mount.readonly,
    });
  }

  async #secret(mount: MountOf<'secret'>): Promise<void> {
    const { signal, directory } = this.#options;
    const content = await this.#deps.callbacks.secret?.(mount.id, signal);
    if (content === undefined) {
      if (mount.required) throw invalid(`secret ${mount.id}: not found`);
      if (mount.env !== undefined) this.#prepared.env.push(`${mount.env}=`);
      return;
    }
    if (mount.env !== undefined) this.#prepared.env.push(`${mount.env}=${Buffer.from(content).toString('utf8')}`);
    if (!mount.mounted) return;
    const source = join(directory, `secret-${this.#count++}`);
    writeFileSync(source, content, { mode: 0o600 });
    const { uid, gid } = outside(mount, this.#deps.ids);
    chownSync(source, uid, gid);
    chmodSync(source, mount.mode);
    this.#push(
      {
        kind: 'bind',
        source,
        destination: mount.target,
        readonly: true,
        nonRecursive: true,
        options: ['nosuid', 'nodev', 'noexec'],
      },
      true,
    );
  }

  async #ssh(mount: MountOf<'ssh'>): Promise<void> {
    const { signal, directory, undo } = this.#options;
    const { callbacks } = this.#deps;
    const connect = callbacks.ssh;
    const missing = connect
      ? await callbacks.missingSsh?.(mount.id, signal)
      : `no SSH key ${JSON.stringify(mount.id)} forwarded from the client`;
    if (this.#agents++ === 0) this.#prepared.env.push(`SSH_AUTH_SOCK=${mount.target}`);
    if (!connect || missing !== undefined) {
      if (mount.required) throw invalid(missing ?? '');
      return;
    }
    const source = join(directory, `agent-${this.#count++}`);
    const agent = await listenForAgent(source, {
      ...mount,
      ...outside(mount, this.#deps.ids),
      connect: () => connect(mount.id, signal),
    });
    undo.defer('ssh agent', async () => await agent[Symbol.asyncDispose]());
    this.#push({ kind: 'bind', source, destination: mount.target }, true);
  }

  #script(mount: MountOf<'script'>): void {
    const folder = join(this.#options.directory, `script-${this.#count++}`);
    mkdirSync(folder, { mode: 0o755 });
    const name = mount.target.slice(mount.target.lastIndexOf('/') + 1);
    writeFileSync(join(folder, name), mount.content, { mode: 0o755 });
    this.#push({
      kind: 'bind',
      source: folder,
      destination: mount.target.slice(0, mount.target.lastIndexOf('/')),
      readonly: true,
    });
  }
}

/** Who that user of a step is on the host. Throws `invalid` for one that is nobody there. */
function outside({ uid, gid }: Owner, ids: IdMap | undefined): Owner {
  if (!ids) return { uid, gid };
  const owner = { uid: idOutside(ids.uid, uid), gid: idOutside(ids.gid, gid) };
  if (owner.uid !== undefined && owner.gid !== undefined) return { uid: owner.uid, gid: owner.gid };
  throw invalid(`container ID ${uid}:${gid} cannot be mapped to a host ID`);
}
