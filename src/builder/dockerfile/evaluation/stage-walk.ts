// One stage, instruction by instruction: variables come and go, words get expanded, rules look on.
import { posix } from 'node:path';
import { usualSearchPath } from '../../../lib/files/find-program.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { nearest } from '../../../lib/text/suggestion.ts';
import { parseAddSource } from '../../context/sources/add-source.ts';
import { expandWord } from '../expansion/expand-word.ts';
import { exposedPorts, hasUpperProtocol, namesHost } from '../instructions/exposed-ports.ts';
import { heredocSummary } from '../instructions/run.ts';
import { finding } from '../lint/rules.ts';
import type { AddInstruction, ArgInstruction, CopyInstruction, Instruction, LineRange } from '../syntax.ts';
import type { BaseVariables, StageVariables } from './evaluation.ts';
import { type Expanders, expandInstruction } from './expand-instruction.ts';
import { locate, type StageContext } from './stage-context.ts';

/** Arguments that are read by the builder itself: using them undeclared is no mistake, and commands do not see them. */
const builderArgs: readonly string[] = ['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE'];

const secretName = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmlessName = /(?:_|^)(?:public|file|version)(?:_|$)/i;

/** What the words of instructions see, and what the image is told. */
interface State {
  /** ENV and arguments. */
  readonly variables: Map<string, string>;
  readonly imageEnv: Map<string, string>;
  readonly args: Map<string, string | undefined>;
  hasWorkdir: boolean;
  hasShell: boolean;
}

/** {@link StageVariables} of a stage. */
export class StageWalk implements StageVariables {
  readonly #context: StageContext;
  readonly #state: State;
  /** The last of those instructions of which one counts. */
  readonly #last = new Map<Instruction['kind'], Instruction>();

  private constructor(context: StageContext, state: State) {
    this.#context = context;
    this.#state = state;
  }

  /** A stage upon an image. */
  static open(context: StageContext, { Env, Shell }: BaseVariables): StageWalk {
    const imageEnv = new Map((Env ?? []).map(splitVariable));
    if (!imageEnv.has('PATH')) imageEnv.set('PATH', usualSearchPath);
    const state = { variables: new Map(imageEnv), imageEnv, args: new Map(), hasWorkdir: false };
    return new StageWalk(context, { ...state, hasShell: (Shell ?? []).length > 0 });
  }

  /** A stage upon this one, as it is now: it inherits ENV and arguments. */
  child(): StageWalk {
    const { args, hasShell, hasWorkdir, imageEnv, variables } = this.#state;
    const copies = { variables: new Map(variables), imageEnv: new Map(imageEnv), args: new Map(args) };
    return new StageWalk(this.#context, { ...copies, hasShell, hasWorkdir });
  }

  get imageEnv(): readonly string[] {
    return joinVariables(this.#state.imageEnv);
  }

  get runEnv(): readonly string[] {
    return joinVariables(this.#state.variables);
  }

  get proxyEnv(): readonly string[] {
    return Object.entries(this.#context.buildArgs).flatMap(([name, value]) =>
      /^(https?|ftp|no|all)_proxy$/i.test(name)
        ? [`${name.toUpperCase()}=${value}`, `${name.toLowerCase()}=${value}`]
        : [],
    );
  }

  get declaredArgs(): readonly string[] {
    const { args, variables } = this.#state;
    return [...args].map(([name, value]) => `${name}=${variables.get(name) ?? value ?? ''}`);
  }

  step<I extends Instruction>(instruction: I): I {
    return locate(this.#context.dockerfile, instruction.range, () => this.#step(instruction));
  }

  display(instruction: Instruction): string {
    const summary = instruction.kind === 'run' ? heredocSummary(instruction.command) : '';
    const text = this.#tryExpand(instruction.text + summary, instruction);
    const shown = text.replace(/^[^ ]+/, keyword => keyword.toUpperCase());
    return instruction.triggerIndex === undefined ? shown : `ONBUILD ${shown}`;
  }

  #step<I extends Instruction>(instruction: I): I {
    if (instruction.kind === 'arg') return this.#declare(instruction) as I;
    const expanded = expandInstruction(instruction, this.#expanders(instruction));
    this.#lint(instruction, expanded);
    this.#apply(expanded);
    return expanded as I;
  }

  /** ARG: a later one sees the value of an earlier one on the same line. */
  #declare(instruction: ArgInstruction): ArgInstruction {
    const { buildArgs, globals } = this.#context;
    const { args, variables } = this.#state;
    const { word } = this.#expanders(instruction);
    const declared = instruction.args.map(({ name, value }) => {
      this.#lintSecret(instruction, 'ARG', name);
      const given = ownEntry(buildArgs, name);
      const result = given ?? (value === undefined ? globals.get(name) : word(value));
      args.set(name, result);
      if (result !== undefined && !builderArgs.includes(name)) variables.set(name, result);
      return { name, ...(result === undefined ? {} : { value: result }) };
    });
    return { ...instruction, args: declared };
  }

  #expanders(instruction: Instruction): Expanders {
    const { escape: token } = this.#context.dockerfile.directives;
    const { variables } = this.#state;
    return {
      word: word => {
        const { word: result, unmatched } = expandWord(word, variables, { escape: token });
        this.#lintUnset(instruction, unmatched);
        return result;
      },
      ports: word => this.#ports(expandWord(word, variables, { escape: token }).words, instruction.range),
      text: text => {
        const { word: result, unmatched } = expandWord(text, variables, { escape: '\\', skipQuotes: true });
        this.#lintUnset(instruction, unmatched);
        return result;
      },
    };
  }

  #apply(instruction: Instruction): void {
    const state = this.#state;
    if (instruction.kind === 'shell') state.hasShell = true;
    else if (instruction.kind === 'workdir') state.hasWorkdir = true;
    else if (instruction.kind === 'env') {
      for (const { key, value } of instruction.pairs) {
        state.variables.set(key, value);
        state.imageEnv.set(key, value);
      }
    }
  }

  #lint(written: Instruction, expanded: Instruction): void {
    const { range } = written;
    const { warn } = this.#context;
    switch (expanded.kind) {
      case 'env':
        for (const { key } of expanded.pairs) this.#lintSecret(written, 'ENV', key);
        break;
      case 'workdir': {
        const relative = !this.#state.hasWorkdir && !expanded.path.startsWith('/');
        if (relative) warn(finding('WorkdirRelativePath', range, expanded.path));
        break;
      }
      case 'cmd':
      case 'entrypoint':
        this.#lintOnce(written);
        if (expanded.command.form === 'shell' && !this.#state.hasShell) {
          warn(finding('JSONArgsRecommended', range, expanded.kind.toUpperCase()));
        }
        break;
      case 'healthcheck':
        this.#lintOnce(written);
        break;
      case 'copy':
        if (expanded.from === undefined) this.#lintSources(expanded, 'Copy');
        break;
      case 'add':
        this.#lintSources(expanded, 'Add');
        break;
    }
  }

  #lintSources({ range, sources }: CopyInstruction | AddInstruction, verb: string): void {
    const { isIgnored, warn } = this.#context;
    for (const source of sources) {
      if (parseAddSource(source).kind === 'path' && isIgnored(source)) {
        warn(finding('CopyIgnoredFile', range, verb, posix.normalize(source)));
      }
    }
  }

  #ports(words: readonly string[], range: LineRange): string[] {
    const { warn } = this.#context;
    return words.flatMap(word => {
      if (hasUpperProtocol(word)) warn(finding('ExposeProtoCasing', range, word));
      if (namesHost(word)) warn(finding('ExposeInvalidFormat', range, word));
      return exposedPorts(word);
    });
  }

  #lintUnset({ range }: Instruction, unmatched: Iterable<string>): void {
    const { args, variables } = this.#state;
    for (const name of unmatched) {
      if (args.has(name) || builderArgs.includes(name)) continue;
      this.#context.warn(finding('UndefinedVar', range, name, nearest(name, variables.keys())));
    }
  }

  #lintSecret({ range }: Instruction, keyword: string, name: string): void {
    if (!secretName.test(name) || harmlessName.test(name)) return;
    this.#context.warn(finding('SecretsUsedInArgOrEnv', range, keyword, name));
  }

  /** Reported where it has no effect: at the earlier one. */
  #lintOnce(instruction: Instruction): void {
    const { kind, keyword } = instruction;
    const earlier = this.#last.get(kind);
    if (earlier !== undefined) {
      this.#context.warn(finding('MultipleInstructionsDisallowed', earlier.range, keyword));
    }
    this.#last.set(kind, instruction);
  }

  /** A shell reads the quotes and variables of a command itself. */
  #tryExpand(text: string, instruction: Instruction): string {
    const { escape: token } = this.#context.dockerfile.directives;
    const isCommand = instruction.kind === 'run';
    const secrets = isCommand
      ? instruction.mounts.flatMap(mount => (mount.type === 'secret' ? (mount.env ?? []) : []))
      : [];
    const variables = new Map([...this.#state.variables, ...secrets.map(name => [name, '****'] as const)]);
    const options = { escape: token, rawQuotes: isCommand, skipUnset: isCommand };
    try {
      return expandWord(text, variables, options).word;
    } catch {
      return text; // a name is not worth an error: `step` throws it
    }
  }
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const joinVariables = (variables: ReadonlyMap<string, string>) =>
  [...variables].map(([name, value]) => `${name}=${value}`);
