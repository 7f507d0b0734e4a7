// A Dockerfile under the arguments of one build.
import { BerthError, errorMessage, invalid } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { nearest, suggestion } from '../../../lib/text/suggestion.ts';
import { formatPlatform, type Platform, parsePlatform } from '../../../oci/platform.ts';
import { parseReference } from '../../../oci/reference.ts';
import { type Expansion, expandWord, type Variables } from '../expansion/expand-word.ts';
import { finding } from '../lint/rules.ts';
import { byLine, checkOptionsOf, isTold } from '../lint/told-warnings.ts';
import type { ArgInstruction, CheckOptions, Dockerfile, LineRange, Stage, Warning } from '../syntax.ts';
import type { BaseVariables, BuildVariables, Evaluation, StageBase, StageVariables } from './evaluation.ts';
import { locate, type StageContext } from './stage-context.ts';
import { StageWalk } from './stage-walk.ts';

/** Evaluates the arguments before the first FROM; throws `DockerfileError`. */
export function evaluateDockerfile(
  dockerfile: Dockerfile,
  variables: BuildVariables,
  /** Hears what the rules found until it failed. */
  abandon: (warnings: readonly Warning[]) => void = () => {},
): Evaluation {
  const warnings: Warning[] = [];
  try {
    return new DockerfileEvaluation(dockerfile, variables, warnings);
  } catch (error) {
    abandon(byLine(warnings));
    throw error;
  }
}

class DockerfileEvaluation implements Evaluation {
  readonly #context: StageContext;
  readonly #check: CheckOptions;
  readonly #warnings: Warning[];
  readonly #bases = new Map<Stage, StageBase>();

  constructor(dockerfile: Dockerfile, variables: BuildVariables, warnings: Warning[]) {
    const { buildArgs, isIgnored = () => false } = variables;
    this.#warnings = warnings;
    this.#check = checkOptionsOf(dockerfile, buildArgs);
    for (const warning of dockerfile.warnings) this.#warn(warning);
    const automatic = automaticArgs(dockerfile, variables);
    const globals = withGlobalArgs(dockerfile, automatic, buildArgs);
    this.#context = { dockerfile, buildArgs, globals, isIgnored, warn: warning => this.#warn(warning) };
    this.#lintDefaults(automatic);
  }

  get globals(): ReadonlyMap<string, string> {
    return this.#context.globals;
  }

  get warnings(): readonly Warning[] {
    return byLine(this.#warnings);
  }

  get lintError(): string | undefined {
    if (!this.#check.error || this.#warnings.length === 0) return undefined;
    const rules = new Set(this.warnings.map(warning => warning.rule));
    return `lint violation found for rules: ${[...rules].join(', ')}`;
  }

  baseOf(stage: Stage): StageBase {
    const known = this.#bases.get(stage);
    if (known !== undefined) return known;
    const base = this.#at(stage.range, () => this.#expandBase(stage));
    this.#bases.set(stage, base);
    return base;
  }

  openStage(_stage: Stage, base: BaseVariables | StageVariables): StageVariables {
    return base instanceof StageWalk ? base.child() : StageWalk.open(this.#context, base as BaseVariables);
  }

  #expandBase(stage: Stage): StageBase {
    const name = this.#expandFrom(stage, stage.base);
    if (name.word === '') throw invalid(`base name (${stage.base}) should not be blank`);
    if (stage.platform === undefined) return { name: name.word };
    const platform = this.#expandFrom(stage, stage.platform);
    if (platform.word === '') {
      const near = suggestion([...platform.unmatched][0] ?? '', this.#context.globals.keys());
      throw invalid(`empty platform value from expression ${stage.platform}${near}`);
    }
    this.#lintPlatform(stage, platform);
    return { name: name.word, platform: this.#parsePlatform(platform.word) };
  }

  #expandFrom(stage: Stage, word: string): Expansion {
    const { dockerfile, globals } = this.#context;
    const result = expandWord(word, globals, { escape: dockerfile.directives.escape });
    const declared = [...declaredNames(dockerfile), ...globals.keys()];
    for (const name of result.unmatched) {
      if (declared.includes(name)) continue;
      this.#warn(finding('UndefinedArgInFrom', stage.range, name, nearest(name, declared)));
    }
    return result;
  }

  #parsePlatform(text: string): Platform {
    try {
      return parsePlatform(text, parseHost(this.#context.globals.get('TARGETPLATFORM')!));
    } catch (error) {
      throw invalid(`failed to parse platform ${text}: ${errorMessage(error)}`);
    }
  }

  lintBase({ range }: Stage, name: string, { found, expected }: { found: Platform; expected: Platform }): void {
    if (found.os === expected.os && found.architecture === expected.architecture) return;
    this.#warn(finding('InvalidBaseImagePlatform', range, name, formatPlatform(found), formatPlatform(expected)));
  }

  #lintPlatform({ name = '', platform = '', range }: Stage, { matched, unmatched, word }: Expansion): void {
    if (matched.size === 0 && unmatched.size === 0) {
      const parts = word.split('/').slice(0, 2);
      if (!parts.some(part => name.includes(part))) {
        this.#warn(finding('FromPlatformFlagConstDisallowed', range, word));
      }
      return;
    }
    const isTarget = matched.size === 1 && unmatched.size === 0 && matched.has('TARGETPLATFORM');
    if (isTarget && word === this.#context.globals.get('TARGETPLATFORM')) {
      this.#warn(finding('RedundantTargetPlatform', range, platform));
    }
  }

  /** Base names shall also make sense without any `--build-arg`. */
  #lintDefaults(automatic: Variables): void {
    const { dockerfile } = this.#context;
    try {
      const defaults = withGlobalArgs(dockerfile, automatic, {});
      for (const { base, range } of dockerfile.stages) {
        const { word } = expandWord(base, defaults, { escape: dockerfile.directives.escape });
        if (!isReference(word)) this.#warn(finding('InvalidDefaultArgInFrom', range, base));
      }
    } catch (error) {
      if (!(error instanceof BerthError)) throw error; // the build itself will say it
    }
  }

  #warn(warning: Warning): void {
    if (isTold(warning, this.#check)) this.#warnings.push(warning);
  }

  #at<T>(range: LineRange, evaluate: () => T): T {
    return locate(this.#context.dockerfile, range, evaluate);
  }
}

/** The arguments every Dockerfile has, before its own: platforms and the target's name. */
function automaticArgs(dockerfile: Dockerfile, variables: BuildVariables): Map<string, string> {
  const { buildArgs, buildPlatform, target, targetPlatform } = variables;
  const args = new Map<string, string>();
  for (const [prefix, platform] of [
    ['BUILD', buildPlatform],
    ['TARGET', targetPlatform],
  ] as const) {
    args.set(`${prefix}PLATFORM`, formatPlatform(platform));
    args.set(`${prefix}OS`, platform.os);
    args.set(`${prefix}OSVERSION`, platform['os.version'] ?? '');
    args.set(`${prefix}ARCH`, platform.architecture);
    args.set(`${prefix}VARIANT`, platform.variant ?? '');
  }
  args.set('TARGETSTAGE', target || (dockerfile.stages.at(-1)?.name ?? 'default'));
  for (const name of args.keys()) {
    const given = buildArgs[name];
    if (given !== undefined) args.set(name, given);
  }
  return args;
}

function withGlobalArgs(
  dockerfile: Dockerfile,
  automatic: Variables,
  buildArgs: Readonly<Record<string, string>>,
): Map<string, string> {
  const variables = new Map(automatic);
  for (const { args, range } of dockerfile.globalArgs) {
    for (const { name, value } of args) {
      const given = ownEntry(buildArgs, name);
      const { escape: token } = dockerfile.directives;
      const expand = (word: string) => locate(dockerfile, range, () => expandWord(word, variables, { escape: token }));
      const result = given ?? (value === undefined ? undefined : expand(value).word);
      if (result !== undefined) variables.set(name, result);
    }
  }
  return variables;
}

const declaredNames = ({ globalArgs }: Dockerfile) =>
  globalArgs.flatMap(({ args }: ArgInstruction) => args.map(({ name }) => name));

/** A platform that a build argument may have set: what cannot be parsed stands for itself. */
function parseHost(text: string): Platform {
  const [os = 'linux', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}
