// How an instruction adds to the graph of its stage.
import type { Node } from '../node.ts';
import type { Operation } from '../operation.ts';

/** Adds a vertex: its name is numbered unless it is `internal`. */
export type AddNode = (op: Operation, inputs: readonly Node[], o?: { internal?: string }) => Node;
