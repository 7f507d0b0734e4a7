// From a Dockerfile to the graph of its target: stages are entered when something asks for them, so what nothing needs
// is never looked at.

import { posix } from 'node:path';
import { errorMessage, invalid } from '../../lib/errors.ts';
import { PatternMatcher } from '../../lib/patterns/pattern-matcher.ts';
import { quoteGo } from '../../lib/template/quote.ts';
import type { Digest } from '../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import { parseReference } from '../../oci/reference.ts';
import { isIgnoredSource } from '../context/patterns/ignored-source.ts';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { evaluateDockerfile } from '../dockerfile/evaluation/evaluate-dockerfile.ts';
import type { Evaluation, StageVariables } from '../dockerfile/evaluation/evaluation.ts';
import { checkOptionsOf } from '../dockerfile/lint/told-warnings.ts';
import { parseTriggers } from '../dockerfile/parse-dockerfile.ts';
import { checkStageReferences, findTarget, stageBelow, stageFrom } from '../dockerfile/stage-references.ts';
import type { Dockerfile, Instruction, Stage, Warning } from '../dockerfile/syntax.ts';
import { ClassicError } from '../errors/classic-error.ts';
import type { PlannedStep } from '../progress.ts';
import type { Entitlement, NamedContext } from '../request.ts';
import type { BuildSource, WantedPart } from '../source.ts';
import { findContext } from './find-context.ts';
import type { GraphInputs } from './graph-inputs.ts';
import { dispatchInstruction, type StageContext } from './instructions/dispatch-instruction.ts';
import { createNode, type Node } from './node.ts';
import { meansStage, type ScanTargets, scanArgs } from './scan-targets.ts';
import { StageState } from './stage-state.ts';
import { StepNames } from './step-names.ts';

interface GraphOptions {
  readonly dockerfile: Dockerfile;
  readonly target: string | undefined;
  /** Tells files of the same name apart: what the result is to be called. */
  readonly project: string;
  /** Look at all stages, not only at those that the target needs. */
  readonly everyStage: boolean;
  /** Package lists will be made. */
  readonly scans: boolean;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform;
  /** Several platforms are built: their vertices are told apart. */
  readonly namesPlatform: boolean;
  readonly noCache: boolean | readonly string[];
  readonly namedContexts: Readonly<Record<string, NamedContext>>;
  readonly network: 'default' | 'none' | 'host';
  readonly extraHosts: readonly string[];
  readonly entitlements: readonly Entitlement[];
  /** Hears what the lint rules found until the building of the graph failed. */
  readonly abandon: (warnings: readonly Warning[]) => void;
}

export interface BuildGraph {
  /** The target as it is at its end. */
  readonly state: StageState;
  /** Steps of all stages that take part, in the order of the file. */
  readonly steps: readonly PlannedStep[];
  /** Only where it is asked for. */
  readonly scan: ScanTargets | undefined;
  readonly warnings: readonly Warning[];
  readonly lintError: string | undefined;
}

interface BuiltStage {
  readonly state: StageState;
  readonly variables: StageVariables;
  readonly steps: readonly PlannedStep[];
}

/** Throws `DockerfileError` for what is wrong with the file, and what resolving its images throws. */
export async function buildGraph(o: GraphOptions, inputs: GraphInputs): Promise<BuildGraph> {
  const graph = new GraphBuilder(o, inputs, await ignoredSources(o, inputs));
  const { evaluation } = graph;
  try {
    graph.check();
    const { state } = await graph.stage(graph.target());
    // Who only wants to know what is wrong wants to know it of every stage.
    if (o.everyStage) for (const stage of o.dockerfile.stages) await graph.stage(stage);
    const steps = await graph.steps();
    const scan = o.scans ? await graph.scanTargets() : undefined;
    return { state, steps, scan, warnings: evaluation.warnings, lintError: evaluation.lintError };
  } catch (error) {
    o.abandon(evaluation.warnings);
    throw error;
  }
}

/** What the rule CopyIgnoredFile asks, where somebody asks for that rule. */
async function ignoredSources(
  { buildArgs, dockerfile }: GraphOptions,
  inputs: GraphInputs,
): Promise<((path: string) => boolean) | undefined> {
  const { experimental } = checkOptionsOf(dockerfile, buildArgs);
  if (!experimental.some(rule => rule === 'all' || rule === 'CopyIgnoredFile')) return undefined;
  const matcher = new PatternMatcher(await inputs.ignored());
  return path => isIgnoredSource(matcher, path);
}

class GraphBuilder {
  readonly evaluation: Evaluation;
  readonly #options: GraphOptions;
  readonly #inputs: GraphInputs;
  readonly #stages = new Map<Stage, Promise<BuiltStage>>();
  /** What is wanted of each source; grows while stages are read. */
  readonly #wanted = new Map<string, { node: Node; follow: string[]; parts: WantedPart[] }>();
  readonly #images = new Map<string, Promise<StageState>>();

  constructor(options: GraphOptions, inputs: GraphInputs, isIgnored: ((path: string) => boolean) | undefined) {
    const { dockerfile, target, buildArgs, buildPlatform, targetPlatform } = options;
    this.#options = options;
    this.#inputs = inputs;
    const variables = {
      buildArgs,
      buildPlatform,
      targetPlatform,
      ...(target && { target }),
      ...(isIgnored && { isIgnored }),
    };
    this.evaluation = evaluateDockerfile(dockerfile, variables, options.abandon);
  }

  /** What a FROM says has to make sense even where nothing needs its stage. */
  check(): void {
    const { dockerfile } = this.#options;
    for (const stage of dockerfile.stages) this.evaluation.baseOf(stage);
    checkStageReferences(dockerfile);
  }

  target(): Stage {
    return findTarget(this.#options.dockerfile, this.#options.target);
  }

  stage(stage: Stage): Promise<BuiltStage> {
    const known = this.#stages.get(stage);
    if (known) return known;
    const built = this.#build(stage);
    this.#stages.set(stage, built);
    built.catch(() => {});
    return built;
  }

  /** Stages are looked at that were built, if their arguments or those of the whole file say so. */
  async scanTargets(): Promise<ScanTargets> {
    const target = this.target();
    const built = await this.stage(target);
    const extras = new Map<string, Node>();
    for (const [stage, other] of this.#stages) {
      const { state, variables } = await other;
      if (stage !== target && this.#scans(scanArgs.stage, stage, variables)) extras.set(shownName(stage), state.node);
    }
    if (this.#scans(scanArgs.context, target, built.variables)) {
      extras.set('context', await this.#contextFiles({ sources: ['/'], depth: built.state.node.depth }));
    }
    return { core: built.state.node, extras };
  }

  #scans(name: string, stage: Stage, { declaredArgs }: StageVariables): boolean {
    const own = declaredArgs.find(text => text.startsWith(`${name}=`))?.slice(name.length + 1);
    return meansStage(own ?? this.evaluation.globals.get(name), shownName(stage));
  }

  async steps(): Promise<PlannedStep[]> {
    const entered = [...this.#stages.entries()].sort(([a], [b]) => a.index - b.index);
    return (await Promise.all(entered.map(([, built]) => built))).flatMap(({ steps }) => steps);
  }

  async #build(stage: Stage): Promise<BuiltStage> {
    if (stage.name !== undefined && this.#named(stage.name)) {
      return await this.#replaced(stage, stage.name);
    }
    const { base, isStage } = await this.#baseOf(stage);
    const { state } = base;
    const triggers = parseTriggers(state.config.OnBuild ?? [], {
      ...this.#options.dockerfile,
      range: stage.range,
    });
    if (triggers.length > 0) state.config.OnBuild = null;
    const instructions = [...triggers, ...stage.instructions];
    const variables = this.evaluation.openStage(stage, base.variables ?? state.config);
    state.config.Env = [...variables.imageEnv];
    const names = this.#names(stage, instructions, isStage || base.isScratch);
    if (!isStage && !base.isScratch) {
      state.node = { ...state.node, vertex: { ...state.node.vertex, name: names.next(`FROM ${base.name}`) } };
    }
    const image = this.#imageIds.get(state.node.vertex.digest);
    const steps: PlannedStep[] = [{ text: stage.text, vertex: state.node.vertex.digest, ...(image && { image }) }];
    const context = this.#stageContext(stage, { state, variables, names });
    this.#startOthers(stage, instructions);
    for (const instruction of instructions) {
      const node = await dispatchInstruction(instruction, context);
      const isTrigger = instruction.triggerIndex !== undefined;
      steps.push({ text: instruction.text, isTrigger, ...(node && { vertex: stepVertex(node) }) });
    }
    return { state, variables, steps };
  }

  /** A named context of that name stands for all the stage says. */
  async #replaced(stage: Stage, name: string): Promise<BuiltStage> {
    const state = (await this.#image(name, this.#options.targetPlatform)).child();
    return { state, variables: this.evaluation.openStage(stage, state.config), steps: [] };
  }

  /** Stages that will be copied from may look for their images already. */
  #startOthers(stage: Stage, instructions: readonly Instruction[]): void {
    for (const instruction of instructions) {
      const from = instruction.kind === 'copy' ? instruction.from : undefined;
      const other = this.#options.dockerfile.stages.slice(0, stage.index).findLast(one => one.name === from);
      if (from !== undefined && other) void this.stage(other);
    }
  }

  async #baseOf(stage: Stage): Promise<{ base: StageBaseState; isStage: boolean }> {
    const { name, platform = this.#options.targetPlatform } = this.evaluation.baseOf(stage);
    const earlier = stageBelow(this.#options.dockerfile, name, stage);
    if (earlier) {
      const { state, variables } = await this.stage(earlier);
      const child = state.child();
      return { isStage: true, base: { state: child, name, variables, isScratch: false } };
    }
    try {
      const state = (await this.#image(name, platform)).child();
      const isImage = name !== 'scratch' && (this.#named(name, platform)?.kind ?? 'image') === 'image';
      if (isImage) this.evaluation.lintBase(stage, name, { found: state.platform, expected: platform });
      return {
        isStage: false,
        base: { state, name: this.#shownNames.get(name) ?? name, isScratch: name === 'scratch' },
      };
    } catch (error) {
      throw this.#located(error, stage);
    }
  }

  #named(name: string, platform: Platform = this.#options.targetPlatform): NamedContext | undefined {
    return findContext(this.#options.namedContexts, name, platform);
  }

  readonly #shownNames = new Map<string, string>();
  /** By the vertex of its files. */
  readonly #imageIds = new Map<Digest, Digest>();

  #located(error: unknown, stage: Stage): unknown {
    const { name, source } = this.#options.dockerfile;
    if (
      error instanceof DockerfileError ||
      !(error instanceof Error) ||
      !('kind' in error) ||
      error.kind === 'cancelled'
    ) {
      return error;
    }
    const kind = error.kind as DockerfileError['kind'];
    return new DockerfileError(error.message, { name, source, ranges: [stage.range] }, { cause: error, kind });
  }

  #image(name: string, platform: Platform): Promise<StageState> {
    const key = `${name} ${formatPlatform(platform)}`;
    const known = this.#images.get(key);
    if (known) return known;
    if (!this.#named(name, platform)) checkImageName(name);
    const found = this.#resolve(name, platform);
    this.#images.set(key, found);
    return found;
  }

  async #resolve(name: string, platform: Platform): Promise<StageState> {
    const plain = { platform, config: {}, author: undefined, history: [], base: {} };
    const named = this.#named(name, platform);
    if (name === 'scratch' || (named?.kind === 'image' && named.reference === 'scratch')) {
      const node = createNode({ op: { kind: 'scratch' }, name: '[internal] empty' });
      return new StageState({ ...plain, config: { WorkingDir: '/' }, node });
    }
    if (named?.kind === 'unsupported') throw invalid(named.message);
    if (named?.kind === 'build') {
      const target = await this.#inputs.linkedTarget(named, platform);
      const state = target.state.child();
      state.node = createNode({ op: { kind: 'linked', target }, name: `FROM ${name}` });
      return state;
    }
    if (named?.kind === 'source') {
      return new StageState({
        ...plain,
        config: { WorkingDir: '/' },
        node: await this.#wholeSource(name, named.source),
      });
    }
    const {
      image,
      name: shown,
      digest,
    } = named?.kind === 'layout'
      ? await this.#inputs.resolveLayout(name, named, platform)
      : await this.#inputs.resolveImage(named?.kind === 'image' ? named.reference : name, platform);
    this.#shownNames.set(name, digest ? `${shown}@${digest}` : shown);
    const { config } = image;
    const { config: run, history = [], rootfs: _rootfs, created: _created, author, ...base } = config;
    const node = createNode({ op: { kind: 'image', chain: image.chainIds.at(-1) }, name: `FROM ${shown}` });
    this.#imageIds.set(node.vertex.digest, image.id);
    const own = { ...platform, architecture: config.architecture || platform.architecture, os: config.os };
    return new StageState({ platform: own, config: run, author, node, history, base });
  }

  /** A directory as a root file system: all of it copied into an empty one. */
  async #wholeSource(name: string, source: BuildSource): Promise<Node> {
    const wanted = { sources: ['/'], depth: 0 };
    const files = await this.#contextSource(name, source, wanted);
    const empty = createNode({ op: { kind: 'scratch' }, name: '[internal] empty' });
    const parts = [{ input: 1, sources: ['/'], unpack: false }];
    const op = {
      kind: 'copy',
      parts,
      destination: '/',
      chown: undefined,
      chmod: undefined,
      parents: false,
      exclude: [],
    } as const;
    return createNode({ op, inputs: [empty, files], name: `[context ${name}] copy` });
  }

  #names(stage: Stage, instructions: readonly Instruction[], hasNoFrom: boolean): StepNames {
    const { dockerfile, namesPlatform, targetPlatform } = this.#options;
    const counts = ({ kind, triggerIndex }: Instruction) => triggerIndex !== undefined || layerKinds.includes(kind);
    const steps = instructions.filter(counts).length;
    return new StepNames({
      stage: isAlone(dockerfile) ? '' : shownName(stage),
      total: steps + (hasNoFrom ? 0 : 1),
      platform: namesPlatform ? targetPlatform : undefined,
    });
  }

  #stageContext(stage: Stage, own: Pick<StageContext, 'state' | 'variables' | 'names'>): StageContext {
    const { noCache, network, entitlements, extraHosts, buildArgs, dockerfile } = this.#options;
    const { project } = this.#options;
    const { name, source } = dockerfile;
    const stageName = stage.name ?? String(stage.index);
    return {
      ...own,
      ...{ network, entitlements, extraHosts },
      hostname: buildArgs.BUILDKIT_SANDBOX_HOSTNAME ?? 'buildkitsandbox',
      ignoreCache: typeof noCache === 'boolean' ? noCache : noCache.map(text => text.toLowerCase()).includes(stageName),
      identity: `${project} ${name} ${stageName}`,
      file: { name, source },
      remoteSource: (url, instruction) => this.#inputs.remoteSource(url, instruction),
      filesOf: (from, sources) => this.#filesOf(from, { sources, depth: own.state.node.depth }, stage),
    };
  }

  async #filesOf(from: string | undefined, wanted: WantedPart, stage: Stage): Promise<Node> {
    if (from === undefined) return await this.#contextFiles(wanted);
    const other = stageFrom(this.#options.dockerfile, from, stage);
    if (other) return (await this.stage(other)).state.node;
    const named = this.#named(from);
    if (named?.kind === 'source') return await this.#contextSource(from, named.source, wanted);
    return (await this.#image(from, this.#options.targetPlatform)).node;
  }

  async #contextFiles(wanted: WantedPart): Promise<Node> {
    const { context } = this.#inputs;
    if (!context) throw invalid('the build has no context to copy from');
    return this.#source(context, wanted, '[internal] load build context', await this.#inputs.ignored());
  }

  async #contextSource(name: string, source: BuildSource, wanted: WantedPart): Promise<Node> {
    const ignored = await this.#inputs.ignoredIn(name, source);
    return this.#source(source, wanted, `[context ${name}] load from client`, ignored);
  }

  /** One vertex for each source, which brings everything that any step wants of it. */
  #source(source: BuildSource, part: WantedPart, name: string, exclude: readonly string[] = []): Node {
    const known = this.#wanted.get(source.key);
    const { follow, parts }: { follow: string[]; parts: WantedPart[] } = known ?? { follow: [], parts: [] };
    parts.push(part);
    for (const path of part.sources) {
      const relative = posix.resolve('/', path).slice(1) || '.';
      if (!follow.includes(relative)) follow.push(relative);
    }
    if (known) return known.node;
    const node = createNode({ op: { kind: 'source', source, filter: { follow, exclude }, wanted: parts }, name });
    this.#wanted.set(source.key, { node, follow, parts });
    return node;
  }
}

const shownName = ({ name, index }: Stage) => name ?? `stage-${index}`;

/** Whether vertices need no stage in their names. For BuildKit whatever a step takes files from is a stage, too. */
function isAlone({ stages }: Dockerfile): boolean {
  const takesFiles = (one: Instruction) =>
    one.kind === 'run' ? one.mountFlags.length > 0 : one.kind === 'copy' && one.from !== undefined;
  return stages.length === 1 && !stages[0]?.instructions.some(takesFiles);
}

/** Instructions that have a vertex. BuildKit counts a trigger as if it had one in any case. */
const layerKinds: readonly Instruction['kind'][] = ['run', 'copy', 'add', 'workdir'];

interface StageBaseState {
  readonly state: StageState;
  readonly name: string;
  readonly variables?: StageVariables;
  readonly isScratch: boolean;
}

function checkImageName(name: string): void {
  try {
    parseReference(name);
  } catch (error) {
    const message = `failed to parse stage name ${quoteGo(name)}: ${errorMessage(error)}`;
    throw new ClassicError('invalid', { message, classic: errorMessage(error) }, error);
  }
}

/** The vertex that stands for a step: that of the layer, where it is put on top of others. */
function stepVertex(node: Node): Node['vertex']['digest'] {
  return node.op.kind === 'merge' ? (node.inputs[1] as Node).vertex.digest : node.vertex.digest;
}
