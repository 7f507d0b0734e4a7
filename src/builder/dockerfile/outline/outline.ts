// What a target asks of whoever builds it: arguments, secrets, agents.
import type { Evaluation, StageVariables } from '../evaluation/evaluation.ts';
import { stageBelow, stageFrom } from '../stage-references.ts';
import type { ArgInstruction, Dockerfile, LineRange, RunInstruction, Stage } from '../syntax.ts';
import { docComment } from './doc-comment.ts';

interface OutlineArgument {
  readonly name: string;
  readonly description: string;
  /** Of this build; undefined where neither the file nor the build gives one. */
  readonly value: string | undefined;
  readonly range: LineRange;
}

interface OutlineMount {
  /** The id. */
  readonly name: string;
  readonly required: boolean;
  readonly range: LineRange;
}

export interface Outline {
  /** Empty for a stage without one. */
  readonly name: string;
  readonly description: string;
  /** By the order of their lines. */
  readonly args: readonly OutlineArgument[];
  readonly secrets: readonly OutlineMount[];
  readonly ssh: readonly OutlineMount[];
}

interface Found {
  readonly args: Map<string, OutlineArgument>;
  readonly secrets: Map<string, OutlineMount>;
  readonly ssh: Map<string, OutlineMount>;
}

/** What one build brings. */
interface OutlineBuild {
  readonly evaluation: Evaluation;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** Of `target` and all stages it is made from. Throws `DockerfileError`. */
export function outlineOf(dockerfile: Dockerfile, build: OutlineBuild, target: Stage): Outline {
  const reader = new OutlineReader(dockerfile, build);
  const { args, secrets, ssh } = reader.read(target).found;
  const byLine = <T extends { range: LineRange }>(values: Iterable<T>) =>
    [...values].sort((a, b) => a.range.start - b.range.start);
  const { name = '', range } = target;
  return {
    name,
    description: name === '' ? '' : docComment(dockerfile.source, range.start, name),
    args: byLine(args.values()),
    secrets: byLine(secrets.values()),
    ssh: byLine(ssh.values()),
  };
}

interface ReadStage {
  readonly found: Found;
  readonly variables: StageVariables;
}

class OutlineReader {
  readonly #dockerfile: Dockerfile;
  readonly #evaluation: Evaluation;
  readonly #buildArgs: OutlineBuild['buildArgs'];
  readonly #stages = new Map<Stage, ReadStage>();

  constructor(dockerfile: Dockerfile, { evaluation, buildArgs }: OutlineBuild) {
    this.#dockerfile = dockerfile;
    this.#evaluation = evaluation;
    this.#buildArgs = buildArgs;
  }

  read(stage: Stage): ReadStage {
    const known = this.#stages.get(stage);
    if (known) return known;
    const found: Found = { args: new Map(), secrets: new Map(), ssh: new Map() };
    this.#addGlobals(stage, found);
    const base = stageBelow(this.#dockerfile, this.#evaluation.baseOf(stage).name, stage);
    const below = base && this.read(base);
    if (below) merge(found, below.found);
    const variables = this.#evaluation.openStage(stage, below?.variables ?? {});
    for (const written of stage.instructions) {
      const instruction = variables.step(written);
      if (instruction.kind === 'arg') this.#addArguments(instruction, variables, found);
      if (instruction.kind === 'run') this.#addMounts(instruction, stage, found);
      if (instruction.kind === 'copy') this.#addStage(instruction.from, stage, found);
    }
    const read = { found, variables };
    this.#stages.set(stage, read);
    return read;
  }

  /** Arguments before the first FROM count where a FROM uses them. */
  #addGlobals(stage: Stage, found: Found): void {
    const used = variablesIn(`${stage.base} ${stage.platform ?? ''}`);
    for (const instruction of this.#dockerfile.globalArgs) {
      for (const { name } of instruction.args) {
        if (!used.has(name)) continue;
        const value = this.#evaluation.globals.get(name);
        found.args.set(name, this.#argument(name, value, instruction.range));
      }
    }
  }

  #addArguments({ args, range }: ArgInstruction, variables: StageVariables, found: Found): void {
    for (const { name, value } of args) {
      // What a parent stage declared holds here, too, but is not what this line says.
      const given = value !== undefined || Object.hasOwn(this.#buildArgs, name) || this.#evaluation.globals.has(name);
      const declared = variables.declaredArgs.find(text => text.startsWith(`${name}=`));
      found.args.set(name, this.#argument(name, given ? declared?.slice(name.length + 1) : undefined, range));
    }
  }

  #addMounts({ mounts, range }: RunInstruction, stage: Stage, found: Found): void {
    for (const mount of mounts) {
      if (mount.type === 'secret' || mount.type === 'ssh') {
        const list = mount.type === 'ssh' ? found.ssh : found.secrets;
        list.set(mount.id, { name: mount.id, required: mount.required, range });
      } else if ('from' in mount) this.#addStage(mount.from, stage, found);
    }
  }

  #addStage(name: string | undefined, stage: Stage, found: Found): void {
    const other = name === undefined ? undefined : stageFrom(this.#dockerfile, name, stage);
    if (other) merge(found, this.read(other).found);
  }

  #argument(name: string, value: string | undefined, range: LineRange): OutlineArgument {
    const { globalArgs, source } = this.#dockerfile;
    // One that only takes over a global argument is described where that is declared.
    const global = globalArgs.find(({ args }) => args.some(arg => arg.name === name))?.range ?? range;
    const description = docComment(source, range.start, name) || docComment(source, global.start, name);
    return { name, description, value, range };
  }
}

/** Names of variables, as `$name` and `${name…` have them. */
function variablesIn(words: string): ReadonlySet<string | undefined> {
  return new Set([...words.matchAll(/\$\{?([\p{L}_][\p{L}\p{Nd}_]*)/gu)].map(([, name]) => name));
}

/** Adds what is not there yet. */
function merge(into: Found, other: Found): void {
  for (const [name, value] of other.args) if (!into.args.has(name)) into.args.set(name, value);
  for (const [name, value] of other.secrets) if (!into.secrets.has(name)) into.secrets.set(name, value);
  for (const [name, value] of other.ssh) if (!into.ssh.has(name)) into.ssh.set(name, value);
}
