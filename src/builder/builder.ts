// The room's one class: builds under way, and the cache they leave behind.
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image, Images, Owner } from '../images/index.ts';
import { Limiter } from '../lib/concurrency/limiter.ts';
import { BerthError, conflict } from '../lib/errors.ts';
import type { IdMap } from '../lib/id-map.ts';
import type { Logger } from '../lib/logger.ts';
import type { Networks } from '../networks/index.ts';
import { linuxPlatform, type Platform, parsePlatform } from '../oci/platform.ts';
import type { ResolvedUser, Runtime, SpecHost } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import { Build } from './build/build.ts';
import type { BuilderContext } from './build/builder-context.ts';
import { type DockerfileDescription, describeDockerfile } from './build/describe-dockerfile.ts';
import { CacheCollector, type CollectionSettings } from './cache/cache-collector.ts';
import { CacheMounts } from './cache/cache-mounts.ts';
import { CacheStore } from './cache/cache-store.ts';
import { cacheUsage } from './cache/cache-usage.ts';
import type { GcRule } from './cache/gc-rules.ts';
import { pruneCache } from './cache/prune-cache.ts';
import { ContextSources } from './context/context-sources.ts';
import { ContentDigests } from './context/digest/content-digests.ts';
import type { HandedFiles } from './context/mirror/handed-files.ts';
import type { ContextFiles } from './context/sources/context-files.ts';
import { BuildHistory } from './history/build-history.ts';
import type { NameServers } from './ops/run/step-network.ts';
import type { BuildRequest, Entitlement } from './request.ts';
import type { BuildRun } from './run.ts';
import { SharedWork } from './solve/shared-work.ts';
import type { CacheUsage, PruneOptions, PruneResult } from './usage.ts';

interface BuilderOptions {
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly cgroupParent: string;
  /** Bytes. */
  readonly shmSize: number;
  readonly nameServers: NameServers;
  /** Steps that run at once. */
  readonly parallel: number;
  /** Processes and threads that a step may have, when the build does not say. */
  readonly stepProcesses: number;
  readonly platform?: Platform;
  /** What goes from the cache by itself. */
  readonly collection?: CollectionSettings;
  /** What builds may be granted. */
  readonly entitlements?: readonly Entitlement[];
  /** The users of steps, where they are not the host's. */
  readonly ids?: IdMap | undefined;
}

interface BuilderDeps {
  readonly images: Images;
  readonly networks: Networks;
  readonly runtime: Runtime;
  readonly store: Store;
  readonly logger: Logger;
  readonly specHost: SpecHost;
  /** `--user` and `--chown` in the words of a root file system. Throws `invalid` for a name that is not listed. */
  readonly resolveUser: (root: string, user: string) => ResolvedUser;
  readonly anticipateStart: () => void;
  readonly diskUsage: (path: string) => Promise<number>;
  /** Told of every image that a build leaves here, with the names it gave it. */
  readonly announce: (image: Image, names: readonly string[]) => void;
  /** What node:fs has not; the kernel's. */
  readonly files: ContextFiles;
  /** Where open files of clients come in. */
  readonly openInbox: HandedFiles['openInbox'];
}

/** Call `restore` once before use, `close` at the end: builds under way are cancelled then. */
export class Builder {
  readonly #context: BuilderContext;
  readonly #deps: BuilderDeps;
  readonly #builds = new Map<string, Build>();
  readonly #collector: CacheCollector;
  readonly #granted: readonly Entitlement[];
  /** Builds that are over, as doors remember them. */
  readonly history: BuildHistory;

  constructor(options: BuilderOptions, deps: BuilderDeps) {
    const { images, store, logger, resolveUser } = deps;
    const root = join(options.dataRoot, 'builder');
    mkdirSync(root, { recursive: true, mode: 0o711 });
    this.#deps = deps;
    this.#granted = options.entitlements ?? ['network.host'];
    const cache = new CacheStore({ store, images });
    images.addKeeper(() => cache.kept());
    this.#context = {
      ...options,
      ...deps,
      root,
      cache,
      execDirectory: join(options.execRoot, 'builder'),
      platform: options.platform ?? linuxPlatform(process.arch),
      resolveOwner: (rootfs, owner) => ownerOf(resolveUser(rootfs, owner), owner),
      cacheMounts: new CacheMounts(join(root, 'mounts'), { store, logger }),
      shared: new SharedWork(),
      digests: new ContentDigests(deps.files),
      sources: new ContextSources({ root: join(root, 'contexts') }, { files: deps.files, handed: handedFiles(deps) }),
      limiter: new Limiter(options.parallel),
    };
    this.history = new BuildHistory({ root: join(root, 'history') }, { store, logger });
    this.#collector = new CacheCollector(options.collection ?? {}, { root, logger, prune: o => this.prune(o) });
  }

  /** Begins a build; what is wrong with the request comes as the rejection of its result. Throws `conflict` for an id, `forbidden` for a privilege. */
  start(request: BuildRequest): BuildRun {
    if (request.id !== undefined && this.#builds.has(request.id)) throw conflict(`build ${request.id} is running`);
    this.#checkGranted(request);
    const build = new Build(request, this.#context);
    this.#builds.set(build.id, build);
    void build.over.then(() => {
      this.#builds.delete(build.id);
      this.#collector.afterBuild();
    });
    return build;
  }

  #checkGranted({ entitlements = [] }: BuildRequest): void {
    const refused = entitlements.find(one => !this.#granted.includes(one));
    if (refused === undefined) return;
    throw new BerthError('forbidden', `granting entitlement ${refused} is not allowed by build daemon configuration`);
  }

  /** What the Dockerfile of a request offers and asks for. Throws `DockerfileError` and what its source throws. */
  describe(request: BuildRequest, signal: AbortSignal): Promise<DockerfileDescription> {
    return describeDockerfile(request, { context: this.#context, signal });
  }

  /** The machine's own. */
  get platform(): Platform {
    return this.#context.platform;
  }

  /** A platform as users write it; what is not said is the machine's own. Throws `invalid`. */
  parsePlatform(text: string): Platform {
    return parsePlatform(text, this.#context.platform);
  }

  /** Where contexts come from; each source is the caller's to dispose of when the build is over. */
  get sources(): ContextSources {
    return this.#context.sources;
  }

  /** By what rules the cache is collected. */
  collectionRules(): readonly GcRule[] {
    return this.#collector.rules();
  }

  /** Until it is disposed of, what builds have made so far stays where it is, for a build to come. */
  hold(): Disposable {
    return this.#context.images.builds.open();
  }

  /** A build that runs, by its id. */
  find(id: string): BuildRun | undefined {
    return this.#builds.get(id);
  }

  /** The records of the cache that pass the filters of `PruneOptions`, least recently used first. */
  usage(filters: PruneOptions['filters'] = {}): Promise<CacheUsage[]> {
    return cacheUsage(filters, { ...this.#context, diskUsage: this.#deps.diskUsage });
  }

  /** Removes from the cache. Throws `invalid` for an unknown filter. */
  prune(options: PruneOptions = {}): Promise<PruneResult> {
    return pruneCache(options, { ...this.#context, diskUsage: this.#deps.diskUsage });
  }

  /** Takes away what a crash left. */
  async restore(): Promise<void> {
    const { cacheMounts, sources, root, execDirectory } = this.#context;
    await cacheMounts.restore();
    await sources.restore();
    await this.history.restore();
    await rm(join(root, 'scratch'), { recursive: true, force: true });
    await rm(execDirectory, { recursive: true, force: true });
  }

  /** Cancels what runs and waits until nothing is left of it. */
  async close(): Promise<void> {
    for (const build of this.#builds.values()) build.cancel();
    await Promise.all([...this.#builds.values()].map(build => build.over));
    await this.#collector.settled();
    await this.history.settled();
  }
}

function handedFiles({ images, openInbox }: BuilderDeps): HandedFiles {
  return { openInbox, keep: (from, to, signal) => images.builds.keepFile(from, to, signal) };
}

/** The group of a user named alone is that of the same number or its own. */
function ownerOf(user: ResolvedUser, owner: string): Owner {
  const alone = !owner.includes(':');
  return { uid: user.uid, gid: alone && user.name === undefined ? user.uid : user.gid };
}
