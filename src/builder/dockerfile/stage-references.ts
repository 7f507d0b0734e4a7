// Which stage a name means, and whether stages that need each other make sense.
import { invalid } from '../../lib/errors.ts';
import { quoteGo } from '../../lib/template/quote.ts';
import { suggestion } from '../../lib/text/suggestion.ts';
import { DockerfileError } from './dockerfile-error.ts';
import { mountFrom } from './instructions/run-mount.ts';
import type { Dockerfile, Instruction, Stage } from './syntax.ts';

/** The stage to be built: the last one of that name (in any case), or the last of all. Throws `invalid`. */
export function findTarget({ stages }: Dockerfile, target: string | undefined): Stage {
  if (!target) return stages.at(-1)!;
  const name = target.toLowerCase();
  const found = stages.findLast(stage => stage.name === name);
  if (found !== undefined) return found;
  const names = stages.flatMap(stage => stage.name ?? []);
  throw invalid(`target stage ${quoteGo(target)} could not be found${suggestion(target, names)}`);
}

/**
 * The stage that `--from` of an instruction in `stage` means, by name or number; undefined when it must be something
 * else: a named context, an image. Throws `invalid` for a number that is not there and for a stage that comes later.
 */
export function stageFrom({ stages }: Dockerfile, from: string, stage: Stage): Stage | undefined {
  const found = stageNamed(stages, from);
  if (found === undefined || found.index < stage.index) return found;
  const name = (one: Stage) => quoteGo(one.name ?? `stage-${one.index}`);
  const order = `it needs to be defined before current stage ${name(stage)}`;
  throw invalid(`cannot copy from stage ${name(found)}, ${order}`);
}

/** The earlier stage that FROM means, by its name exactly; undefined when it means an image. */
export function stageBelow({ stages }: Dockerfile, base: string, stage: Stage): Stage | undefined {
  return stages.slice(0, stage.index).findLast(one => one.name === base);
}

/** Throws `DockerfileError` for a number of a stage that is not there, and for stages that need themselves. */
export function checkStageReferences(dockerfile: Dockerfile): void {
  const { name, source, stages } = dockerfile;
  const visited = new Set<Stage>();
  const path = new Set<Stage>();

  function visit(stage: Stage): void {
    if (visited.has(stage)) return;
    visited.add(stage);
    path.add(stage);
    for (const instruction of stage.instructions) {
      for (const other of references(stages, instruction)) {
        if (path.has(other)) throw at(instruction, `circular dependency detected on stage: ${nameOf(start)}`);
        visit(other);
      }
    }
    path.delete(stage);
  }

  function at(instruction: Instruction, message: string): DockerfileError {
    return new DockerfileError(message, { name, source, ranges: [instruction.range] });
  }

  function references(all: readonly Stage[], instruction: Instruction): Stage[] {
    try {
      return namesIn(instruction).flatMap(from => stageNamed(all, from) ?? []);
    } catch (error) {
      throw at(instruction, (error as Error).message);
    }
  }

  let start = stages[0]!;
  for (start of stages) visit(start);
}

const nameOf = (stage: Stage) => stage.name ?? `stage-${stage.index}`;

/** Of two stages with one name the last. */
function stageNamed(stages: readonly Stage[], from: string): Stage | undefined {
  if (!/^[+-]?\d+$/.test(from)) return stages.findLast(stage => stage.name === from.toLowerCase());
  const found = stages[Number(from)];
  if (found === undefined) throw invalid(`invalid stage index ${Number(from)}`);
  return found;
}

function namesIn(instruction: Instruction): string[] {
  if (instruction.kind === 'copy') return instruction.from === undefined ? [] : [instruction.from];
  if (instruction.kind !== 'run') return [];
  // A mount takes a name only: a number there is an image's.
  return instruction.mountFlags.flatMap(flag => mountFrom(flag) ?? []).filter(from => !/^\d+$/.test(from));
}
