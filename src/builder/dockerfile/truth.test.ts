// What real BuildKit (Docker 28.5, frontend 1.19) said to these Dockerfiles: recorded once, to be said by us.
import { describe, expect, test } from 'bun:test';
import { evaluateDockerfile } from './evaluation/evaluate-dockerfile.ts';
import type { StageVariables } from './evaluation/evaluation.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import messages from './truth/messages.json';
import warnings from './truth/warnings.json';

const platform = { os: 'linux', architecture: 'amd64' };

/** Walks every stage of the file as the solver does; images have no environment. */
function walk(source: string) {
  const dockerfile = parseDockerfile(source, { name: 'Dockerfile' });
  const variables = { buildArgs: {}, buildPlatform: platform, targetPlatform: platform };
  const evaluation = evaluateDockerfile(dockerfile, variables);
  const done = new Map<string, StageVariables>();
  const problem = attempt(() => {
    for (const stage of dockerfile.stages) evaluation.baseOf(stage);
    for (const stage of dockerfile.stages) {
      const open = evaluation.openStage(stage, done.get(evaluation.baseOf(stage).name) ?? {});
      for (const instruction of stage.instructions) open.step(instruction);
      if (stage.name !== undefined) done.set(stage.name, open);
    }
  });
  return { problem, evaluation };
}

function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function outcome(source: string): string {
  let result = 'OK';
  const problem = attempt(() => {
    const { evaluation, problem: inside } = walk(source);
    result = inside ?? evaluation.lintError ?? 'OK';
  });
  return (problem ?? result).trim();
}

describe('a Dockerfile is accepted or refused in the words of BuildKit', () => {
  for (const { dockerfile, result } of messages) {
    test(JSON.stringify(dockerfile), () => expect(outcome(dockerfile)).toBe(result));
  }
});

describe('the lint rules find what those of BuildKit find', () => {
  const sorted = (found: readonly unknown[]) => found.map(one => JSON.stringify(one)).sort();
  for (const { dockerfile, warnings: expected } of warnings) {
    test(JSON.stringify(dockerfile), () => {
      const { evaluation } = walk(dockerfile);
      const found = evaluation.warnings.map(({ rule, message, ranges }) => [rule, message, ranges[0]!.start]);
      expect(sorted(found)).toEqual(sorted(expected));
    });
  }
});
