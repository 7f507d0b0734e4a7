// `bake --call`, `bake --check`: one question about the Dockerfiles of all targets.
import { ask, type FrontendCall } from '../build/frontend-call.ts';
import { planBuild } from '../build/plan-build.ts';
import type { Watch } from '../build/watched-build.ts';
import { withProxies } from '../build/with-proxies.ts';
import { prefixedDisplay } from './prefixed-display.ts';
import { describeTargets } from './print-targets.ts';
import type { ResolvedTargets } from './resolve-targets.ts';
import { targetOptions } from './target-options.ts';

interface TargetAnswers {
  /** What is printed, as buildx does. */
  readonly output: string;
  /** 1 where a Dockerfile has something wrong with it. */
  readonly code: number;
}

/** Nothing is built for an answer: what other targets would make is not known, which is better than a question refused for it. */
function unbuilt(contexts: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(contexts);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.startsWith('target:') ? 'docker-image://scratch' : value]),
  );
}

/** Asks for all at once. Throws what the daemon says instead of an answer. */
export async function askTargets(resolved: ResolvedTargets, call: FrontendCall, watch: Watch): Promise<TargetAnswers> {
  const named = [...resolved.targets].sort(([a], [b]) => (a < b ? -1 : 1));
  const answers = await Promise.all(
    named.map(async ([name, target]) => {
      const options = withProxies(targetOptions(target, unbuilt(target.contexts ?? {})), watch.context);
      await using plan = await planBuild(options, watch.context.io);
      const display = named.length > 1 ? prefixedDisplay(watch.display, name) : watch.display;
      return { name, target, answer: await ask(plan, call, { ...watch, display }) };
    }),
  );
  const code = answers.every(({ answer }) => answer.isFine) ? 0 : 1;
  if (call.format === 'json') {
    const { group, target } = describeTargets(resolved);
    const asked = call.name === 'check' ? 'lint' : call.name;
    const document = answers.map(({ name, answer }) => [
      name,
      { build: { ...target[name], call: asked }, [call.name]: answer.json },
    ]);
    return { output: `${JSON.stringify({ group, target: Object.fromEntries(document) }, undefined, 2)}\n`, code };
  }
  const blocks = answers.map(({ name, target, answer }) => {
    const description = target.description === undefined ? '' : `${target.description}\n`;
    return `${name}\n${description}\n${answer.text}`;
  });
  return { output: blocks.join('\n'), code };
}
