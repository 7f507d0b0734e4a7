// What a build reads before its steps: the Dockerfile, the ignore file, the base images.

import { readFileSync } from 'node:fs';
import type { Image, Images } from '../../images/index.ts';
import { unlessAborted } from '../../lib/concurrency/unless-aborted.ts';
import { BerthError, errorMessage, invalid, notFound } from '../../lib/errors.ts';
import { PatternMatcher } from '../../lib/patterns/pattern-matcher.ts';
import type { Digest } from '../../oci/digest.ts';
import { formatPlatform, type Platform, platformRank } from '../../oci/platform.ts';
import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { importCache, placeName } from '../cache/external/cache-places.ts';
import type { ImportedSteps } from '../cache/external/imported-steps.ts';
import type { ReadCache } from '../cache/external/read-cache.ts';
import { pathIn, resolveInRoot } from '../context/copy/resolve-in-root.ts';
import { imageOfLayout } from '../context/layout/image-of-layout.ts';
import { parseIgnoreFile } from '../context/patterns/ignore-file.ts';
import type { AddInstruction } from '../dockerfile/syntax.ts';
import { ClassicError } from '../errors/classic-error.ts';
import { explainFullDisk } from '../errors/full-disk.ts';
import type { BaseMaterial } from '../export/attest/build-facts.ts';
import type { BuildTarget } from '../graph/build-target.ts';
import type { GraphInputs, RemoteSource, ResolvedImage } from '../graph/graph-inputs.ts';
import { definitionVertexName, workVertex } from '../graph/work-vertex.ts';
import type { BuildRequest, CacheReference, NamedContext } from '../request.ts';
import type { ProgressLog } from '../solve/progress-log.ts';
import type { BuildSource, SourceStatus, SourceTree } from '../source.ts';
import type { BuilderContext } from './builder-context.ts';
import { remoteSource } from './remote-source.ts';

interface BuildInputsDeps {
  readonly context: BuilderContext;
  /** Its id. */
  readonly build: string;
  readonly progress: ProgressLog;
  readonly signal: AbortSignal;
  readonly own: (tree: AsyncDisposable) => void;
}

/** Tells the progress of everything it reads. */
export class BuildInputs implements GraphInputs {
  readonly context: BuildSource | undefined;
  readonly #request: BuildRequest;
  readonly #deps: BuildInputsDeps;
  #ignored: Promise<readonly string[]> | undefined;
  /** The ignore file beside the Dockerfile, once that was read. */
  #ownIgnoreFile: Buffer | undefined;

  constructor(request: BuildRequest, deps: BuildInputsDeps) {
    this.context = request.context;
    this.#request = request;
    this.#deps = deps;
  }

  /** Throws `not-found` in BuildKit's words when there is none. */
  async dockerfile(): Promise<{ name: string; content: Uint8Array }> {
    const { dockerfile } = this.#request;
    if (dockerfile.kind === 'text') return dockerfile;
    const { name, source } = dockerfile;
    return await this.#vertex(definitionVertexName(name), async report => {
      const ignoreFile = `${name}.dockerignore`;
      const other = name === 'Dockerfile' ? 'dockerfile' : name;
      const tree = await this.#open(source, [...new Set([name, ignoreFile, other])], report);
      this.#ownIgnoreFile = readIfThere(tree, ignoreFile);
      // `dockerfile` will do for `Dockerfile`.
      const content = readIfThere(tree, tree.lone ?? name) ?? readIfThere(tree, other);
      if (content) return { name, content };
      throw notFound(`failed to read dockerfile: open ${name}: no such file or directory`);
    });
  }

  ignored(): Promise<readonly string[]> {
    this.#ignored ??= this.#readIgnored();
    return this.#ignored;
  }

  /** The base images so far, for attestations. */
  readonly bases: BaseMaterial[] = [];
  /** Everything that files were asked of, for attestations, too. */
  readonly sources: BuildSource[] = [];

  async resolveImage(reference: string, platform: Platform): Promise<ResolvedImage> {
    const resolved = await this.#resolveImage(reference, platform);
    const { name, image } = resolved;
    this.bases.push({ name, platform, digest: image.sources[0]?.manifest.digest ?? image.id });
    return resolved;
  }

  async #resolveImage(reference: string, platform: Platform): Promise<ResolvedImage> {
    const name = formatReference(withDefaultTag(parseReference(reference)));
    return await this.#vertex(`[internal] load metadata for ${name}`, async (_report, vertex) => {
      const { images } = this.#deps.context;
      const fitting = () => findFitting(reference, platform, images);
      const here = this.#request.pull ? undefined : fitting();
      if (here) return { name, image: here };
      await this.#pull(reference, platform, vertex).catch((error: unknown) => {
        throw unresolved(error, { reference, name });
      });
      // What no index lists for a platform is taken as it is; the Dockerfile's author is warned.
      const image = fitting() ?? findSingle(reference, images);
      if (!image) throw unresolved(notFound(noMatch), { reference, name });
      return { name, image };
    });
  }

  async resolveLayout(
    context: string,
    layout: NamedContext & { kind: 'layout' },
    platform: Platform,
  ): Promise<ResolvedImage> {
    const name = `${formatReference(parseReference(context))}@${layout.digest}`;
    return await this.#vertex(`[context ${context}] load metadata for ${name}`, async () => {
      const { context: builder, signal, own } = this.#deps;
      const loaded = await imageOfLayout(layout, platform, { ...builder, signal }).catch((error: unknown) => {
        if (!(error instanceof BerthError) || signal.aborted) throw error;
        throw new BerthError(error.kind, `failed to resolve source metadata for ${name}: ${error.message}`, {
          cause: error,
        });
      });
      own({ [Symbol.asyncDispose]: () => Promise.resolve(loaded.dispose()) });
      return { name, image: loaded.image };
    });
  }

  async linkedTarget({ targets }: NamedContext & { kind: 'build' }, platform: Platform): Promise<BuildTarget> {
    const made = await unlessAborted(targets(), this.#deps.signal);
    const wanted = formatPlatform(platform);
    const fitting = made.find(({ state }) => formatPlatform(state.platform) === wanted);
    const only = made.length === 1 ? made[0] : undefined;
    if (fitting ?? only) return (fitting ?? only) as BuildTarget;
    throw notFound(`the build that is a context of this one makes nothing for ${wanted}`);
  }

  async #pull(reference: string, platform: Platform, vertex: Digest): Promise<void> {
    const { context, progress, signal } = this.#deps;
    const name = withDefaultTag(parseReference(reference));
    const started = new Date();
    const credentials = await this.#request.credentials?.(name.domain, signal);
    for await (const event of context.images.transfers.pull(name, { platform, signal, credentials })) {
      if (event.kind !== 'progress') continue;
      const { id, current = 0, total = 0 } = event;
      progress.push({ kind: 'status', vertex, id, current, total, at: new Date(), started });
    }
  }

  /** What the caches know that were given. One that cannot be had is no reason not to build. */
  async importCaches(references: readonly CacheReference[], imports: ImportedSteps): Promise<void> {
    const all = await Promise.all(references.map(reference => this.#importCache(reference)));
    for (const { steps } of all) imports.add(steps);
  }

  async #importCache(reference: CacheReference): Promise<ReadCache> {
    const { context, signal } = this.#deps;
    const name = placeName(reference);
    try {
      return await this.#vertex(`importing cache manifest from ${name}`, async report => {
        const { credentials } = this.#request;
        const read = await importCache(reference, { images: context.images, credentials, signal }).catch(
          (error: unknown) => {
            throw unimportable(error, reference);
          },
        );
        const status = describeImport(read);
        if (status !== undefined) report({ id: status, current: 0, done: true });
        return read;
      });
    } catch (error) {
      signal.throwIfAborted();
      context.logger.warn('a cache could not be imported', { cache: name, error: errorMessage(error) });
      return { steps: [], foreign: 0 };
    }
  }

  remoteSource(url: string, instruction: AddInstruction): RemoteSource | undefined {
    const remote = remoteSource(url, instruction, { sources: this.#deps.context.sources, own: this.#deps.own });
    if (remote) this.sources.push(remote.source);
    return remote;
  }

  readonly #ignoredIn = new Map<string, Promise<readonly string[]>>();

  async ignoredIn(name: string, source: BuildSource): Promise<readonly string[]> {
    if (source.local === undefined) return [];
    const known =
      this.#ignoredIn.get(source.key) ??
      this.#vertex(`[context ${name}] load .dockerignore`, async report => await this.#patternsIn(source, report));
    this.#ignoredIn.set(source.key, known);
    return await known;
  }

  async #patternsIn(source: BuildSource, report: (status: SourceStatus) => void): Promise<readonly string[]> {
    const content = readIfThere(await this.#open(source, ['.dockerignore'], report), '.dockerignore');
    return content ? validPatterns(parseIgnoreFile(content)) : [];
  }

  async #readIgnored(): Promise<readonly string[]> {
    return await this.#vertex('[internal] load .dockerignore', async report => {
      if (this.#ownIgnoreFile) return validPatterns(parseIgnoreFile(this.#ownIgnoreFile));
      return this.context ? await this.#patternsIn(this.context, report) : [];
    });
  }

  async #open(
    source: BuildSource,
    follow: readonly string[],
    report: (status: SourceStatus) => void,
  ): Promise<SourceTree> {
    // They say what is built: as BuildKit does, nobody trusts that what has the same size and time says the same.
    const tree = await source.open({ follow }, { signal: this.#deps.signal, report, anew: true });
    this.#deps.own(tree);
    return tree;
  }

  /** Runs work that is a vertex of its own. */
  async #vertex<T>(
    name: string,
    work: (report: (status: SourceStatus) => void, vertex: Digest) => Promise<T>,
  ): Promise<T> {
    const { progress, build } = this.#deps;
    const vertex = workVertex(name, build);
    const { digest } = vertex;
    progress.vertex(vertex);
    const started = new Date();
    progress.started(digest);
    const report = ({ id, current, total = 0, done }: SourceStatus) => {
      const at = new Date();
      progress.push({
        kind: 'status',
        vertex: digest,
        id,
        current,
        total,
        at,
        started,
        ...(done && { completed: at }),
      });
    };
    try {
      const result = await work(report, digest);
      progress.completed(digest);
      return result;
    } catch (thrown) {
      const error = explainFullDisk(thrown, name);
      progress.completed(digest, { error: errorMessage(error) });
      throw error;
    }
  }
}

const noMatch = 'no match for platform in manifest: not found';

/** Links are followed inside of the tree: whoever made it may not read what is on this machine. */
function readIfThere({ directory }: SourceTree, name: string): Buffer | undefined {
  const place = resolveInRoot(directory, name);
  if (!place) return undefined;
  if (place.stats.isDirectory()) throw invalid(`failed to read dockerfile: ${name} is a directory`);
  if (!place.stats.isFile()) throw invalid(`failed to read dockerfile: ${name} is not a regular file`);
  return readFileSync(pathIn(directory, place.path));
}

/** What the name stands for here, when that is for the platform. */
function findFitting(reference: string, platform: Platform, images: Images): Image | undefined {
  const here = images.find(reference);
  return here && images.platforms(here.id).find(image => platformRank(image.config, platform) > 0);
}

/** What the name stands for here, when it came without an index that could have offered another. */
function findSingle(reference: string, images: Images): Image | undefined {
  const here = images.find(reference);
  return here?.sources[0] && !here.sources[0].index ? here : undefined;
}

function unresolved(error: unknown, { reference, name }: { reference: string; name: string }): unknown {
  if (!(error instanceof BerthError) || error.kind === 'cancelled') return error;
  // BuildKit's word for what the classic builder says as a pull does.
  const why = error.message.startsWith('no matching manifest for ') ? noMatch : error.message;
  const message = `${reference}: failed to resolve source metadata for ${name}: ${why}`;
  return new ClassicError(error.kind, { message, classic: error.message }, error);
}

/** The patterns; throws `invalid` for one that is none, before anybody is asked to follow them. */
function validPatterns(patterns: readonly string[]): readonly string[] {
  new PatternMatcher(patterns);
  return patterns;
}

/** What a person should know of a cache that does not help. */
function describeImport({ steps, foreign }: ReadCache): string | undefined {
  if (steps.length > 0) return undefined;
  if (foreign === 0) return 'it knows no steps';
  return `its ${foreign} steps are named by another builder and cannot be found by us`;
}

/** In BuildKit's words. */
function unimportable(error: unknown, { type, attributes }: CacheReference): unknown {
  if (!(error instanceof BerthError) || error.kind === 'cancelled' || !['registry', 'local'].includes(type))
    return error;
  const isMissing = error.kind === 'not-found' && type === 'registry' && attributes.ref;
  const why = isMissing ? `${attributes.ref}: not found` : error.message;
  return new BerthError(error.kind, `failed to configure ${type} cache importer: ${why}`, { cause: error });
}
