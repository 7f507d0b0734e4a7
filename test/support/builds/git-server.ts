// Repositories over HTTP: by git's own program (smart), or as plain files (dumb), which old servers are.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOk } from '../run.ts';
import { writeFiles } from '../write-files.ts';

/** Dispose of it. Its repositories are `/NAME.git` below `address`, as plain files below `address/dumb`. */
export class GitServer implements AsyncDisposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'berth-git-'));
  readonly #server: Bun.Server<undefined>;
  /** How often objects were fetched by the smart protocol. */
  fetches = 0;
  /** What a fetch waits for before it is answered. */
  hold: Promise<void> | undefined;

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      idleTimeout: 0,
      fetch: request => this.#answer(request),
    });
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Adds a commit of these files; returns its name. */
  async commit(repository: string, files: Readonly<Record<string, string>>, tag?: string): Promise<string> {
    const place = join(this.#root, `${repository}.git`);
    const git = (...args: string[]) =>
      runOk(['git', '-C', place, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args]);
    mkdirSync(place, { recursive: true });
    await git('init', '-q', '-b', 'main');
    writeFiles(place, files);
    await git('add', '.');
    await git('commit', '-qm', 'next');
    if (tag !== undefined) await git('tag', tag);
    await git('update-server-info');
    return await git('rev-parse', 'HEAD');
  }

  /** Puts one repository of this server into another, at a folder. */
  async addSubmodule(repository: string, folder: string, other: string): Promise<void> {
    const place = join(this.#root, `${repository}.git`);
    const address = `${this.address}/${other}.git`;
    await runOk(['git', '-C', place, 'submodule', '--quiet', 'add', address, folder]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith('/dumb/')) return this.#file(pathname.slice('/dumb'.length), search);
    const body = Buffer.from(await request.arrayBuffer());
    if (body.includes('command=fetch')) {
      this.fetches++;
      await this.hold;
    }
    const child = Bun.spawn(['git', 'http-backend'], {
      stdio: [body, 'pipe', 'ignore'],
      env: {
        ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: this.#root, GIT_HTTP_EXPORT_ALL: '1', REMOTE_ADDR: '127.0.0.1' },
        ...{ PATH_INFO: pathname, QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method },
        CONTENT_TYPE: request.headers.get('content-type') ?? '',
        HTTP_CONTENT_ENCODING: request.headers.get('content-encoding') ?? '',
        GIT_PROTOCOL: request.headers.get('git-protocol') ?? '',
      },
    });
    const output = Buffer.from(await new Response(child.stdout).arrayBuffer());
    const end = output.indexOf('\r\n\r\n');
    const head = output.toString('latin1', 0, end).split('\r\n');
    const headers = new Headers(head.map(line => line.split(': ', 2) as [string, string]));
    const status = Number(headers.get('status')?.slice(0, 3) ?? 200);
    headers.delete('status');
    return new Response(output.subarray(end + 4), { status, headers });
  }

  /** A working copy's `.git` is what a bare repository would be. */
  async #file(path: string, search: string): Promise<Response> {
    const [, repository = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(path) ?? [];
    const file = Bun.file(join(this.#root, repository, '.git', rest));
    if (search.includes('service=')) return new Response(file, { headers: { 'content-type': 'text/plain' } });
    return (await file.exists()) ? new Response(file) : new Response('', { status: 404 });
  }
}
