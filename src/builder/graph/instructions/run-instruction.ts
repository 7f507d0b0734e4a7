// RUN as a vertex: the command as it will be executed, and where its mounts come from.
import { posix } from 'node:path';
import { BerthError, invalid } from '../../../lib/errors.ts';
import type { StageVariables } from '../../dockerfile/evaluation/evaluation.ts';
import { runArguments } from '../../dockerfile/instructions/run.ts';
import type { RunInstruction, RunMount } from '../../dockerfile/syntax.ts';
import type { Entitlement } from '../../request.ts';
import type { Node } from '../node.ts';
import type { RunMountOperation, RunOperation } from '../operation.ts';
import type { StageState } from '../stage-state.ts';
import type { AddNode } from './add-node.ts';
import { runText } from './history-text.ts';
import { workingPath } from './working-path.ts';

export interface RunContext {
  readonly state: StageState;
  readonly variables: StageVariables;
  /** The files of a stage, a named context, an image, or (without a name) of the main context. */
  readonly filesOf: (from: string | undefined, paths: readonly string[]) => Promise<Node>;
  readonly network: 'default' | 'none' | 'host';
  readonly entitlements: readonly Entitlement[];
  readonly hostname: string;
  readonly extraHosts: readonly string[];
}

/**
 * Adds the vertex and makes it the stage's; returns it. Throws `invalid` for what needs a device or an entitlement
 * that is not given.
 */
export async function runInstruction(instruction: RunInstruction, stage: RunContext, add: AddNode): Promise<Node> {
  const { state, variables } = stage;
  const device = instruction.devices.find(({ required }) => required);
  if (device) throw invalid(`unresolvable CDI devices ${device.name}`);
  const { args, script } = runArguments(instruction.command, state.config.Shell ?? undefined);
  const { inputs, mounts } = await withInputs(instruction.mounts, stage);
  const op: RunOperation = {
    kind: 'run',
    args,
    env: variables.runEnv,
    proxyEnv: variables.proxyEnv,
    cwd: state.config.WorkingDir || '/',
    user: state.config.User ?? '',
    network: networkOf(instruction, stage),
    insecure: isInsecure(instruction, stage),
    mounts: script ? [{ type: 'script', target: script.path, content: script.content }, ...mounts] : mounts,
    hostname: stage.hostname,
    extraHosts: stage.extraHosts,
  };
  const node = add(op, [state.node, ...inputs]);
  state.node = node;
  state.commit(runText(args, variables.declaredArgs), true);
  return node;
}

/** Mounts by the number of the input they come from; the same source is one input. */
async function withInputs(
  wanted: readonly RunMount[],
  { state, filesOf }: RunContext,
): Promise<{ inputs: Node[]; mounts: RunMountOperation[] }> {
  const inputs: Node[] = [];
  const number = async (from: string | undefined, source: string) => {
    const node = await filesOf(from, [source]);
    const known = inputs.findIndex(input => input.vertex.digest === node.vertex.digest);
    return known < 0 ? inputs.push(node) : known + 1;
  };
  const mounts: RunMountOperation[] = [];
  for (const mount of wanted) {
    const target = (path: string) => mountTarget(state.config.WorkingDir, path);
    switch (mount.type) {
      case 'bind': {
        const source = posix.resolve('/', mount.source || '/');
        const { readonly } = mount;
        mounts.push({
          type: 'bind',
          target: target(mount.target),
          source,
          readonly,
          input: await number(mount.from, source),
        });
        break;
      }
      case 'cache': {
        const source = posix.resolve('/', mount.source || '/');
        const input = mount.from === undefined ? undefined : await number(mount.from, source);
        const plain = input === undefined ? { mode: 0o755, uid: 0, gid: 0 } : {};
        const { id, readonly, sharing, mode, uid, gid } = { ...plain, ...mount };
        mounts.push({
          type: 'cache',
          target: target(mount.target),
          id,
          readonly,
          sharing,
          mode,
          uid,
          gid,
          source,
          input,
        });
        break;
      }
      case 'tmpfs':
        mounts.push({ type: 'tmpfs', target: target(mount.target), size: mount.size });
        break;
      case 'secret': {
        const { id, env, required, mode, uid, gid } = mount;
        const path = target(mount.target ?? `/run/secrets/${id}`);
        mounts.push({
          type: 'secret',
          target: path,
          id,
          mounted: mount.target !== undefined,
          env,
          required,
          mode,
          uid,
          gid,
        });
        break;
      }
      case 'ssh': {
        const { id, required, mode, uid, gid } = mount;
        const path = target(
          mount.target ?? `/run/buildkit/ssh_agent.${mounts.filter(({ type }) => type === 'ssh').length}`,
        );
        mounts.push({ type: 'ssh', target: path, id, required, mode, uid, gid });
      }
    }
  }
  return { inputs, mounts };
}

function mountTarget(workdir: string | undefined, path: string): string {
  const target = workingPath(workdir, path);
  if (target === '/') throw invalid('invalid mount target "/"');
  return target;
}

/** The build's own network where the instruction names none. */
function networkOf({ network }: RunInstruction, stage: RunContext): RunOperation['network'] {
  if (network === 'default') return stage.network;
  if (network === 'host' && stage.network !== 'host') require('network.host', stage);
  return network;
}

function isInsecure({ security }: RunInstruction, stage: RunContext): boolean {
  if (security !== 'insecure') return false;
  require('security.insecure', stage);
  return true;
}

function require(entitlement: Entitlement, { entitlements }: RunContext): void {
  if (!entitlements.includes(entitlement))
    throw new BerthError('forbidden', `failed to load LLB: ${entitlement} is not allowed`);
}
