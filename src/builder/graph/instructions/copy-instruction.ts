// COPY and ADD as vertices: what is copied from where, and where it goes.
import { parseChmod } from '../../dockerfile/instructions/chmod.ts';
import type { AddInstruction, CopyInstruction } from '../../dockerfile/syntax.ts';
import type { GraphInputs } from '../graph-inputs.ts';
import { createNode, type Node } from '../node.ts';
import type { CopyOperation, CopyPart } from '../operation.ts';
import type { StageState } from '../stage-state.ts';
import type { AddNode } from './add-node.ts';
import { copyText } from './history-text.ts';
import { copyDestination } from './working-path.ts';

export interface CopyContext {
  readonly state: StageState;
  /** See `RunContext`. `paths` are those wanted of the context, as patterns. */
  readonly filesOf: (from: string | undefined, paths: readonly string[]) => Promise<Node>;
  readonly remoteSource: GraphInputs['remoteSource'];
}

/** Adds the vertex and makes it the stage's; returns it. Throws `invalid` in BuildKit's words. */
export async function copyInstruction(
  instruction: CopyInstruction | AddInstruction,
  stage: CopyContext,
  add: AddNode,
): Promise<Node> {
  const { state } = stage;
  const { inputs, parts } = await collectParts(instruction, stage);
  const { chown, chmod, parents, exclude, link } = instruction;
  const op: CopyOperation = {
    kind: 'copy',
    parts,
    destination: copyDestination(state.config.WorkingDir, instruction.destination),
    chown,
    chmod: chmod === undefined ? undefined : parseChmod(chmod),
    parents,
    exclude,
  };
  // A name of an owner can only be looked up in the files it is copied into; with a mode BuildKit does not link either, and
  // directories that are there keep what they are.
  const isLinked = link && chmod === undefined && (chown === undefined || /^\d+(:\d+)?$/.test(chown));
  const node = isLinked ? linked(op, inputs, state, add) : add(op, [state.node, ...inputs]);
  state.node = node;
  state.commit(copyText(instruction), true);
  return node;
}

/** A layer of its own, put on top of whatever the stage is. */
function linked(op: CopyOperation, inputs: readonly Node[], state: StageState, add: AddNode): Node {
  const nothing = createNode({ op: { kind: 'scratch' }, name: '[internal] empty' });
  const layer = add(op, [nothing, ...inputs]);
  return createNode({
    op: { kind: 'merge' },
    inputs: [state.node, layer],
    name: `[internal] merge ${layer.vertex.name}`,
  });
}

async function collectParts(
  instruction: CopyInstruction | AddInstruction,
  stage: CopyContext,
): Promise<{ inputs: Node[]; parts: CopyPart[] }> {
  const inputs: Node[] = [];
  const parts: CopyPart[] = [];
  const push = (node: Node, part: Omit<CopyPart, 'input'>) => parts.push({ input: inputs.push(node), ...part });
  const local: string[] = [];
  for (const source of instruction.sources) {
    const remote = instruction.kind === 'add' ? stage.remoteSource(source, instruction) : undefined;
    if (!remote) {
      local.push(source);
      continue;
    }
    const op = { kind: 'source', source: remote.source, filter: {}, isRemote: true } as const;
    const node = createNode({ op, name: remote.source.label });
    push(node, { sources: [remote.path], unpack: remote.unpack });
  }
  if (local.length > 0) {
    const from = instruction.kind === 'copy' ? instruction.from : undefined;
    const unpack = instruction.kind === 'add' && instruction.unpack !== false;
    push(await stage.filesOf(from, local), { sources: local, unpack });
  }
  if (instruction.inlineFiles.length > 0) {
    const files = instruction.inlineFiles.map(({ name, content }) => ({ path: name, content }));
    const node = createNode({ op: { kind: 'inline', files }, name: '[internal] preparing inline document' });
    push(node, { sources: files.map(({ path }) => path), unpack: false });
  }
  return { inputs, parts };
}
