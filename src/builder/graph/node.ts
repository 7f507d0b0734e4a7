// A vertex of the graph: an operation and what it works on.
import { sha256 } from '../../oci/digest.ts';
import type { Vertex } from '../progress.ts';
import type { Operation } from './operation.ts';

export interface Node<Op extends Operation = Operation> {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly vertex: Vertex;
  /** Run it again although its result is known. */
  readonly ignoreCache: boolean;
  /** Which step of which file this is, across builds: what `--why` compares with. */
  readonly identity: string;
  /** How many come before it, on the longest way. */
  readonly depth: number;
}

/** Makes a node; two of the same operation on the same inputs have the same digest. */
export function createNode<Op extends Operation>(o: {
  op: Op;
  inputs?: readonly Node[];
  name: string;
  identity?: string;
  lines?: { start: number; end: number };
  ignoreCache?: boolean;
}): Node<Op> {
  const inputs = o.inputs ?? [];
  const digests = inputs.map(input => input.vertex.digest);
  const ignoreCache = o.ignoreCache ?? false;
  const digest = sha256(JSON.stringify([definitionOf(o.op), digests, ignoreCache, o.name]));
  const { name, lines } = o;
  return {
    op: o.op,
    inputs,
    vertex: { digest, name, inputs: digests, ...(lines && { lines }) },
    ignoreCache,
    identity: o.identity ?? name,
    depth: inputs.length === 0 ? 0 : 1 + Math.max(...inputs.map(input => input.depth)),
  };
}

/** What of an operation takes part in cache keys. */
export function definitionOf(op: Operation): unknown {
  switch (op.kind) {
    case 'source':
      return ['source', op.source.key, op.filter];
    case 'linked':
      return ['linked', op.target.key];
    case 'run': {
      const { proxyEnv: _unkeyed, mounts, ...rest } = op;
      return { ...rest, mounts: mounts.map(keyedMount) };
    }
    default:
      return op;
  }
}

/** A secret's id is part of what a step does, its value is not; the settings of a cache are not either. */
function keyedMount(mount: (Operation & { kind: 'run' })['mounts'][number]): unknown {
  return mount.type === 'cache' ? { type: 'cache', target: mount.target, id: mount.id } : mount;
}
