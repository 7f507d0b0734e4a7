// The ways to ask for a build: of the peer by `docker buildx build`, of Berth by every door it has.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIgnoreFile } from '../../../src/builder/context/patterns/ignore-file.ts';
import { PatternMatcher } from '../../../src/lib/patterns/pattern-matcher.ts';
import { packTree } from '../../../src/lib/tar/tree/pack-tree.ts';
import { type TreeNode, walkTree } from '../../../src/lib/tar/tree/walk-tree.ts';
import { run } from '../../support/run.ts';
import type { BuildCase } from './build-case.ts';

interface BuildOutcome {
  readonly built: boolean;
  /** Why not, without what differs from run to run. */
  readonly message: string;
  /** How progress names what an image was made by, in order; undefined where the protocol has other words. */
  readonly steps?: readonly string[];
}

/** Builds a context into an image of that name. */
export type Build = (one: BuildCase, directory: string, tag: string) => Promise<BuildOutcome>;

const timeoutMs = 120_000;

/** `docker buildx build` (BuildKit's own protocol) against an engine. */
export function buildxDoor(docker: string, host: string): Build {
  return commandDoor([docker, '-H', host, 'buildx', 'build', '--progress=plain']);
}

/** `berth build` against an engine. */
export function berthDoor(program: readonly string[], host: string): Build {
  return commandDoor([...program, '-H', host, 'build', '--progress=plain']);
}

function commandDoor(command: readonly string[]): Build {
  return async (one, directory, tag) => {
    const flags = (one.flags ?? []).map(flag => flag.replaceAll('{DIR}', directory));
    const { code, stderr, stdout } = await run([...command, ...commonFlags(one), ...flags, '-t', tag, directory], {
      timeoutMs,
      env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
    });
    const output = `${stdout}${stderr}`;
    if (code !== 0) return { built: false, message: stableMessage(failureIn(output)) };
    return { built: true, message: '', steps: stepsIn(output.replaceAll(tag, 'TAG')) };
  };
}

/** Of a base image that several stages have, either builder names one; contexts have more steps here or there. */
function stepsIn(output: string): string[] {
  const named = output.matchAll(/^#\d+ (\[(?!internal|context).*)$/gm);
  const names = [...named].flatMap(([, name = '']) => (/^\[[^\]]*\] FROM /.test(name) ? [] : name));
  return [...new Set(names)].sort();
}

function commonFlags({ buildArgs = {}, labels = {}, target }: BuildCase): string[] {
  return [
    ...Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...(target === undefined ? [] : ['--target', target]),
  ];
}

/** The last thing that a command line said was an error. */
function failureIn(output: string): string {
  const at = output.lastIndexOf('ERROR: ');
  return at < 0 ? output : output.slice(at + 'ERROR: '.length);
}

/** `POST /build`: the classic protocol, as SDKs speak it. */
export function classicDoor(host: string): Build {
  return async ({ buildArgs = {}, labels = {}, target }, directory, tag) => {
    const query = new URLSearchParams({
      t: tag,
      buildargs: JSON.stringify(buildArgs),
      labels: JSON.stringify(labels),
      ...(target === undefined ? {} : { target }),
    });
    const response = await fetch(`http://berth/build?${query}`, {
      ...{ method: 'POST', unix: host.replace('unix://', ''), signal: AbortSignal.timeout(timeoutMs) },
      headers: { 'Content-Type': 'application/x-tar' },
      body: await packed(directory),
    });
    const text = await response.text();
    if (!response.ok) return { built: false, message: stableMessage(messageOf(text)) };
    const failure = text
      .split('\n')
      .filter(line => line.trim() !== '')
      .map(line => JSON.parse(line) as { error?: string })
      .find(line => line.error !== undefined)?.error;
    return { built: failure === undefined, message: failure === undefined ? '' : stableMessage(failure) };
  };
}

/** The context as the docker command line sends it: without what is ignored, but for the two files that say so. */
async function packed(directory: string): Promise<Buffer> {
  const kept = keeper(join(directory, '.dockerignore'));
  const pieces: Uint8Array[] = [];
  for await (const piece of packTree(nodesIn(directory, kept))) pieces.push(piece);
  return Buffer.concat(pieces);
}

function* nodesIn(directory: string, kept: (path: string) => boolean): Generator<TreeNode, void> {
  for (const node of walkTree(directory, '')) if (kept(node.name)) yield node;
}

function keeper(ignoreFile: string): (path: string) => boolean {
  if (!existsSync(ignoreFile)) return () => true;
  try {
    const patterns = parseIgnoreFile(readFileSync(ignoreFile));
    const matcher = new PatternMatcher([...patterns, '!.dockerignore', '!Dockerfile']);
    return path => !matcher.matches(path);
  } catch {
    return () => true; // the engine shall say what is wrong with it
  }
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message: string }).message;
  } catch {
    return body;
  }
}

/** The message itself, without where the engine keeps things and what it was on the way to. */
function stableMessage(text: string): string {
  return text
    .trim()
    .split('\n')[0]!
    .replace(/^(failed to build: )?(failed to solve: |failed to run Build function: )*/, '')
    .replace(/rpc error: code = \w+ desc = /g, '')
    .replace(/ of ref [^ ]+: /g, ' of ref REF: ')
    .replace(/\/var\/lib\/docker\/overlay2\/\w+\/merged/g, '')
    .replace(/ on \d+\.\d+\.\d+\.\d+:53/g, ' on DNS')
    .replace(/(failed to resolve source metadata for [^ ]+: ).*/, '$1…');
}
