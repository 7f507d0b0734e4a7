// One instruction after the other: what each does to the image of a stage, and the vertex it adds.

import { BerthError } from '../../../lib/errors.ts';
import type { HistoryEntry } from '../../../oci/image-config.ts';
import { DockerfileError } from '../../dockerfile/dockerfile-error.ts';
import type { StageVariables } from '../../dockerfile/evaluation/evaluation.ts';
import type {
  CmdInstruction,
  CommandLine,
  EntrypointInstruction,
  Instruction,
  LineRange,
} from '../../dockerfile/syntax.ts';
import { createNode, type Node } from '../node.ts';
import type { Operation } from '../operation.ts';
import type { StageState } from '../stage-state.ts';
import type { StepNames } from '../step-names.ts';
import type { AddNode } from './add-node.ts';
import { type CopyContext, copyInstruction } from './copy-instruction.ts';
import { healthcheckText, quotedList } from './history-text.ts';
import { type RunContext, runInstruction } from './run-instruction.ts';
import { joinWorkdir, workingPath } from './working-path.ts';

/** The stage an instruction stands in. */
export interface StageContext extends CopyContext, RunContext {
  readonly state: StageState;
  readonly variables: StageVariables;
  readonly names: StepNames;
  readonly ignoreCache: boolean;
  /** Names the file and the stage, the same in every build of them. */
  readonly identity: string;
  readonly file: { readonly name: string; readonly source: string };
}

/** Carries it out on the stage's state; returns the vertex it added, undefined where only the configuration changed. */
export async function dispatchInstruction(instruction: Instruction, stage: StageContext): Promise<Node | undefined> {
  try {
    return await dispatch(instruction, stage);
  } catch (error) {
    throw locate(error, instruction.range, stage);
  }
}

function locate(error: unknown, range: LineRange, { file }: StageContext): unknown {
  if (!(error instanceof BerthError) || error instanceof DockerfileError || error.kind === 'cancelled') return error;
  return new DockerfileError(error.message, { ...file, ranges: [range] }, { cause: error, kind: error.kind });
}

async function dispatch(written: Instruction, stage: StageContext): Promise<Node | undefined> {
  const { state, variables } = stage;
  const shownBefore = written.kind === 'run' ? undefined : variables.display(written);
  const instruction = variables.step(written);
  // RUN changes no variables, and only now it is known which of them will be secrets.
  const text = shownBefore ?? variables.display(instruction);
  state.config.Env = [...variables.imageEnv];
  const add = (op: Operation, inputs: readonly Node[], o: { internal?: string } = {}) =>
    addNode({ op, inputs, text, instruction, internal: o.internal }, stage);
  switch (instruction.kind) {
    case 'run':
      return await runInstruction(instruction, stage, add);
    case 'copy':
    case 'add':
      return await copyInstruction(instruction, stage, add);
    case 'workdir':
      return workdir(instruction.path, stage, add);
    default:
      configure(instruction, state);
      return undefined;
  }
}

/** Makes the vertex of a step over the stage's files; one with `internal` is only a part of it. */
function addNode(
  o: { op: Operation; inputs: readonly Node[]; text: string; instruction: Instruction; internal: string | undefined },
  { names, ignoreCache, identity }: StageContext,
): Node {
  const { start, end } = o.instruction.range;
  const { triggerIndex } = o.instruction;
  const place = triggerIndex === undefined ? start : `trigger ${triggerIndex}`;
  return createNode({
    op: o.op,
    inputs: o.inputs,
    name: o.internal === undefined ? names.next(o.text) : `[internal] ${o.internal}`,
    identity: `${identity} ${place} ${o.instruction.kind}`,
    lines: { start, end },
    ignoreCache,
  });
}

function workdir(path: string, { state }: StageContext, add: AddNode): Node | undefined {
  const directory = joinWorkdir(state.config.WorkingDir, path);
  state.config.WorkingDir = directory;
  const hasLayer = directory !== '/';
  const op = { kind: 'directory', path: workingPath('/', directory), user: state.config.User ?? '' } as const;
  const node = hasLayer ? add(op, [state.node]) : undefined;
  if (node) state.node = node;
  state.commit(`WORKDIR ${directory}`, hasLayer);
  return node;
}

type Configuring = Exclude<Instruction, { kind: 'run' | 'copy' | 'add' | 'workdir' }>;

function configure(instruction: Configuring, state: StageState): void {
  const text = change(instruction, state);
  if (text !== undefined) state.commit(text, false);
}

/** Changes the configuration and words the history; undefined for what leaves no trace there. */
function change(instruction: Configuring, state: StageState): HistoryEntry['created_by'] {
  const { config } = state;
  switch (instruction.kind) {
    case 'cmd':
      return setCommand(instruction, state);
    case 'entrypoint':
      return setEntrypoint(instruction, state);
    case 'env':
      return `ENV ${pairs(instruction.pairs)}`;
    case 'label':
      config.Labels = {
        ...config.Labels,
        ...Object.fromEntries(instruction.pairs.map(({ key, value }) => [key, value])),
      };
      return `LABEL ${pairs(instruction.pairs)}`;
    case 'arg':
      return `ARG ${instruction.args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join(' ')}`;
    case 'user':
      config.User = instruction.user;
      return `USER ${instruction.user}`;
    case 'expose':
      config.ExposedPorts = { ...config.ExposedPorts, ...keys(instruction.ports) };
      return `EXPOSE [${instruction.ports.join(' ')}]`;
    case 'volume':
      config.Volumes = { ...config.Volumes, ...keys(instruction.paths) };
      return `VOLUME [${instruction.paths.join(' ')}]`;
    case 'stopsignal':
      config.StopSignal = instruction.signal;
      return `STOPSIGNAL ${instruction.signal}`;
    case 'shell':
      config.Shell = [...instruction.shell];
      return `SHELL [${instruction.shell.join(' ')}]`;
    case 'healthcheck':
      config.Healthcheck = instruction.healthcheck;
      return healthcheckText(instruction.healthcheck);
    case 'maintainer':
      state.author = instruction.author;
      return `MAINTAINER ${instruction.author}`;
    case 'onbuild':
      config.OnBuild = [...(config.OnBuild ?? []), instruction.trigger];
      return undefined;
  }
}

function setCommand({ command }: CmdInstruction, state: StageState): string {
  state.config.Cmd = withShell(command, state);
  state.config.ArgsEscaped = true;
  state.hasCmd = true;
  return `CMD ${quotedList(state.config.Cmd)}`;
}

function setEntrypoint({ command }: EntrypointInstruction, state: StageState): string {
  state.config.Entrypoint = withShell(command, state);
  if (!state.hasCmd) state.config.Cmd = null;
  return `ENTRYPOINT ${quotedList(state.config.Entrypoint)}`;
}

/** The words of a command, run by the stage's shell unless they are a JSON list. */
function withShell(command: Pick<CommandLine, 'form' | 'words'>, state: Pick<StageState, 'config'>): string[] {
  if (command.form === 'exec') return [...command.words];
  const shell = state.config.Shell?.length ? state.config.Shell : ['/bin/sh', '-c'];
  return [...shell, command.words.join(' ')];
}

const pairs = (list: readonly { key: string; value: string }[]) =>
  list.map(({ key, value }) => `${key}=${value}`).join(' ');

const keys = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, {}]));
