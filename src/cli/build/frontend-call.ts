// `--check`, `--call`: questions about a Dockerfile, and how their answers are printed.

import { ownEntry } from '../../lib/own-entry.ts';
import { formatExcerpt } from '../../lib/text/source-excerpt.ts';
import type { Context } from '../context.ts';
import type { BuildPlan } from './plan-build.ts';
import { askAbout } from './run-build.ts';
import { type WatchOptions, watchedBuild } from './watched-build.ts';

/** What is asked, and in which form it is answered. */
export interface FrontendCall {
  readonly name: 'check' | 'outline' | 'targets' | 'subrequests.describe';
  readonly format: 'text' | 'json';
}

const requests: Readonly<Record<FrontendCall['name'], string>> = {
  check: 'frontend.lint',
  outline: 'frontend.outline',
  targets: 'frontend.targets',
  'subrequests.describe': 'frontend.subrequests.describe',
};

/** Undefined for `build`. `check,format=json`. Throws a plain Error. */
export function parseCall(text: string): FrontendCall | undefined {
  const [word = '', ...options] = text.split(',');
  if (word === 'build' || word === '') return undefined;
  const alias: Readonly<Record<string, FrontendCall['name']>> = { lint: 'check', help: 'subrequests.describe' };
  const name = ownEntry(alias, word) ?? (Object.keys(requests) as FrontendCall['name'][]).find(known => known === word);
  if (!name) throw new Error(`unsupported call ${JSON.stringify(word)}: use build, check, outline or targets`);
  const unknown = options.find(option => !/^(?:format|ignorestatus)=/.test(option));
  if (unknown !== undefined) throw new Error(`invalid print field: ${unknown}`);
  return { name, format: options.includes('format=json') ? 'json' : 'text' };
}

/** Prints the answer; the exit code is 1 where the Dockerfile has something wrong with it. */
export async function askQuestion(
  plan: BuildPlan,
  call: FrontendCall,
  { context, ...options }: WatchOptions & { context: Context },
): Promise<number> {
  const answer = await watchedBuild(context, options, watch => ask(plan, call, watch));
  await context.print(call.format === 'json' ? `${JSON.stringify(answer.json, undefined, 2)}\n` : answer.text);
  return answer.isFine ? 0 : 1;
}

interface FrontendAnswer {
  readonly text: string;
  readonly json: unknown;
  /** Nothing is wrong with the Dockerfile, as far as that was asked. */
  readonly isFine: boolean;
}

/** The answer about one plan. Throws what the daemon says instead. */
export async function ask(
  plan: BuildPlan,
  call: FrontendCall,
  watch: Parameters<typeof askAbout>[2],
): Promise<FrontendAnswer> {
  const answer = await askAbout(plan, requests[call.name], watch);
  const part = (name: string) => Buffer.from(answer[name] ?? []).toString();
  return {
    text: call.name === 'check' ? checkText(part('result.json'), plan) : part('result.txt'),
    json: JSON.parse(part('result.json') || 'null') as unknown,
    isFine: call.name !== 'check' || part('result.statuscode') !== '1',
  };
}

interface Location {
  readonly sourceIndex?: number;
  readonly ranges?: readonly { readonly start: { readonly line: number }; readonly end: { readonly line: number } }[];
}

interface Finding {
  readonly ruleName: string;
  readonly url?: string;
  readonly detail: string;
  readonly location: Location;
}

interface Findings {
  /** Go writes a list of nothing as null. */
  readonly warnings?: readonly Finding[] | null;
  readonly sources?: readonly { readonly filename: string; readonly data: string }[] | null;
  readonly buildError?: { readonly message?: string; readonly location?: Location };
}

/** As buildx prints it. The file is named by its path from the working directory. */
function checkText(json: string, { dockerfile }: BuildPlan): string {
  const found = JSON.parse(json) as Findings;
  const { buildError } = found;
  const [warnings, sources] = [found.warnings ?? [], found.sources ?? []];
  const excerpt = ({ sourceIndex = 0, ranges = [] }: Location) =>
    formatExcerpt({
      name: dockerfile,
      source: Buffer.from(sources[sourceIndex]?.data ?? '', 'base64').toString(),
      ranges: ranges.map(({ start, end }) => ({ start: start.line, end: end.line })),
    });
  const parts = warnings.map(
    ({ ruleName, url, detail, location }) =>
      `\nWARNING: ${ruleName}${url ? ` - ${url}` : ''}\n${detail}\n${excerpt(location)}`,
  );
  if (buildError) parts.push(`\nERROR: ${buildError.message ?? ''}\n${excerpt(buildError.location ?? {})}`);
  return `${summary(warnings.length, buildError !== undefined)}${parts.join('')}`;
}

function summary(count: number, failed: boolean): string {
  if (count === 0) return failed ? '' : 'Check complete, no warnings found.\n';
  return `Check complete, ${count === 1 ? '1 warning has' : `${count} warnings have`} been found!\n`;
}
