// One of the two engines as a scenario sees it: whatever is asked of it is written down, to be compared.

import { FrameDecoder } from '../../src/lib/streams/frames.ts';
import { type RunOptions, type RunResult, run } from '../support/run.ts';
import { parseDocuments, shapeOf, stableText, stableValue } from './describe.ts';
import { type HttpAnswer, type HttpRequest, requestOnce } from './http.ts';

/** What was asked, and what came back in a form that can be compared. */
export interface Observation {
  readonly step: string;
  readonly result: unknown;
}

interface SideOptions {
  readonly host: string;
  /** The command line before its arguments. */
  readonly program: readonly string[];
  /** What every name of the scenario begins with: the same on both sides. */
  readonly prefix: string;
}

const multiplexed = 'application/vnd.docker.multiplexed-stream';

/** How much of a successful JSON answer is compared: keys and types, or values too. */
export type Depth = 'shape' | 'values';

export class Side {
  readonly host: string;
  readonly prefix: string;
  readonly seen: Observation[] = [];
  readonly #program: readonly string[];

  constructor({ host, program, prefix }: SideOptions) {
    this.host = host;
    this.prefix = prefix;
    this.#program = program;
  }

  /** A name of this scenario, of a container, volume or image; removed when the scenario ends. */
  name(of: string): string {
    return `${this.prefix}-${of}`;
  }

  /** A request that is compared. Objects are sent as JSON. */
  async ask(method: string, target: string, body?: unknown, depth: Depth = 'shape'): Promise<HttpAnswer> {
    return await this.request(jsonRequest(method, target, body), depth);
  }

  /** A request, as it is, that is compared. */
  async request(request: HttpRequest, depth: Depth = 'shape'): Promise<HttpAnswer> {
    const answer = await requestOnce(this.host, request);
    // The present is another second for each side.
    const target = request.target.replace(/=\d{10}\b/g, '=NOW');
    this.note(`${request.method} ${target}`, this.#describe(answer, depth));
    return answer;
  }

  /** A step that is not compared and must succeed; returns the parsed answer. */
  async prepare(method: string, target: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await requestOnce(this.host, jsonRequest(method, target, body));
    const text = answer.body.toString();
    if (answer.status >= 400) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return (parseDocuments(text)?.[0] ?? {}) as Record<string, unknown>;
  }

  /** A command line that is compared: exit code, standard output, standard error. */
  async cli(args: readonly string[], options?: RunOptions): Promise<RunResult> {
    const { code, stdout, stderr } = await this.quietly(args, options);
    const command = args.join(' ');
    this.note(command, { code, stdout: this.#lines(stdout), stderr: this.#lines(stderr) });
    return { code, stdout, stderr };
  }

  /** A command line that is not compared. */
  async quietly(args: readonly string[], options?: RunOptions): Promise<RunResult> {
    return await run([...this.#program, '-H', this.host, ...args], { timeoutMs: 30_000, ...options });
  }

  /** Writes down a value that the scenario worked out itself. */
  note(step: string, result: unknown): void {
    this.seen.push({ step: stableText(step, this.prefix), result });
  }

  #lines(text: string): string[] {
    return stableText(text, this.prefix)
      .split('\n')
      .map(line => line.replace(/ {3,}/g, '   ').trimEnd());
  }

  #describe(answer: HttpAnswer, depth: Depth): unknown {
    const type = answer.headers['content-type'];
    return { status: answer.status, type, body: this.#describeBody(answer, type, depth) };
  }

  #describeBody({ status, body }: HttpAnswer, type: string | undefined, depth: Depth): unknown {
    const text = type === multiplexed || body[0] === 1 || body[0] === 2 ? joinFrames(body) : body.toString();
    const documents = type?.startsWith('application/json') && text !== '' ? parseDocuments(text) : undefined;
    if (documents) {
      if (status >= 400 || depth === 'values') return documents.map(one => stableValue(one, this.prefix));
      return shapeOf(documents, this.prefix);
    }
    return body.length > 4096 ? 'a long body' : stableText(text, this.prefix);
  }
}

/** What the frames of each stream carry: how output is cut into frames is chance. */
function joinFrames(body: Buffer): string {
  const frames = new FrameDecoder().decode(body);
  const of = (stream: string) => Buffer.concat(frames.filter(one => one.stream === stream).map(one => one.data));
  return `stdout: ${of('stdout')}\nstderr: ${of('stderr')}`;
}

function jsonRequest(method: string, target: string, body: unknown): HttpRequest {
  if (body === undefined) return { method, target };
  const headers = { 'Content-Type': 'application/json' };
  return { method, target, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}
