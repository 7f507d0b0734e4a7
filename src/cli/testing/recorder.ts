// A pretended daemon for tests: it answers what a command line asks and records every request.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One request as it came; `body` is parsed when it is JSON. */
export interface RecordedRequest {
  method: string;
  /** Without the `/vX.YY` prefix. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** What `X-Registry-Auth` carries, where it was sent. */
  registryAuth?: unknown;
}

export interface Recorder {
  /** `unix:///…`, for `-H`. */
  readonly host: string;
  /** Takes what was recorded since the last call, without pings. */
  take(): RecordedRequest[];
  close(): Promise<void>;
}

/** What an answer may be: JSON, or a status with JSON or text. */
type Answer = { status?: number; json?: unknown; text?: string; headers?: Record<string, string> };

/** Answers by `METHOD /path` (path by regular expression); the first that fits wins; otherwise 404. */
export type Answers = [pattern: RegExp, answer: Answer | ((request: RecordedRequest) => Answer)][];

/** Starts a recorder on a unix socket in a directory of its own; `close` removes it. */
export async function startRecorder(answers: Answers): Promise<Recorder> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-recorder-'));
  const socket = join(directory, 'd.sock');
  let requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void record(request).then(
      recorded => {
        if (recorded.path !== '/_ping') requests.push(recorded);
        reply(response, recorded, answers);
      },
      // Whoever goes in the middle of a request has asked nothing.
      () => response.destroy(),
    );
  });
  await new Promise<void>(resolve => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    take() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function record(request: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://recorder');
  const text = Buffer.concat(chunks).toString();
  const auth = request.headers['x-registry-auth'];
  return {
    ...(typeof auth === 'string' && { registryAuth: parseBody(Buffer.from(auth, 'base64url').toString()) }),
    method: request.method ?? 'GET',
    path: url.pathname.replace(/^\/v\d+\.\d+/, ''),
    query: Object.fromEntries([...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1))),
    body: text === '' ? undefined : parseBody(text),
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reply(response: ServerResponse, request: RecordedRequest, answers: Answers): void {
  response.setHeader('Api-Version', '1.51');
  response.setHeader('Ostype', 'linux');
  response.setHeader('Docker-Experimental', 'false');
  response.setHeader('Server', 'Docker/28.5.2 (linux)');
  if (request.path === '/_ping') return void response.end('OK');
  const found = answers.find(([pattern]) => pattern.test(`${request.method} ${request.path}`))?.[1];
  const answer: Answer = (typeof found === 'function' ? found(request) : found) ?? {
    status: 404,
    json: { message: `no answer for ${request.method} ${request.path}` },
  };
  response.statusCode = answer.status ?? 200;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.text !== undefined) return void response.end(answer.text);
  response.setHeader('Content-Type', 'application/json');
  response.end(answer.json === undefined ? '' : JSON.stringify(answer.json));
}
