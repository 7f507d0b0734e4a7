// The steps a result stands upon, as a list in which inputs come before what was made of them.
import type { Node } from '../graph/node.ts';
import type { SolvedStep } from './solved-step.ts';

/** `known`: what is known of a node that is a step; undefined for one that is none, or was not even looked at. */
export async function collectSteps(
  nodes: readonly Node[],
  known: (node: Node) => Promise<Omit<SolvedStep, 'inputs'> | undefined>,
): Promise<SolvedStep[]> {
  const steps: SolvedStep[] = [];
  const visited = new Map<string, readonly number[]>();

  /** Returns the number of the step, or the numbers of those it stands upon when it is none itself. */
  async function visit(node: Node): Promise<readonly number[]> {
    const before = visited.get(node.vertex.digest);
    if (before) return before;
    const inputs: (readonly number[])[] = [];
    for (const input of node.inputs) inputs.push(await visit(input));
    const step = await known(node);
    const below = inputs.filter(numbers => numbers.length > 0);
    const numbers = step ? [steps.push({ ...step, inputs: below }) - 1] : [...new Set(below.flat())];
    visited.set(node.vertex.digest, numbers);
    return numbers;
  }

  for (const node of nodes) await visit(node);
  return steps;
}
