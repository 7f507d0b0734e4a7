// Build arguments that no ARG of a Dockerfile declares: usually a slip of whoever gave them.
import type { ArgInstruction, Dockerfile } from './syntax.ts';

/** Of the names `given`, in order. Those of proxies are known without a declaration. */
export function unusedArgs(dockerfile: Dockerfile, given: readonly string[]): string[] {
  const instructions = dockerfile.stages.flatMap(stage => stage.instructions);
  const inStages = instructions.filter((one): one is ArgInstruction => one.kind === 'arg');
  const declared = new Set([...dockerfile.globalArgs, ...inStages].flatMap(({ args }) => args.map(({ name }) => name)));
  return given
    .filter(name => !declared.has(name) && !/^(https?|ftp|no|all)_proxy$/i.test(name) && !name.startsWith('BUILDKIT_'))
    .sort();
}
