// A daemon's API as integration tests use it: the project's own client, and the few steps nearly every test takes.

import { readFileSync } from 'node:fs';
import type { ContainerCreateRequest } from '../../../src/api/types/containers.ts';
import { type Client, connect } from '../../../src/client/index.ts';
import { FrameDecoder } from '../../../src/lib/streams/frames.ts';
import { imageArchive } from '../images.ts';
import { TestDaemon } from './daemon.ts';
import { listRemains } from './remains.ts';

/** A daemon with busybox; `before` is what it has by itself, which no test may add to. The caller disposes the daemon. */
export async function startEngine(): Promise<{ daemon: TestDaemon; engine: Engine; before: Set<string> }> {
  const daemon = await TestDaemon.start();
  try {
    const engine = new Engine(daemon);
    await engine.loadBusybox();
    return { daemon, engine, before: await listRemains(daemon.places, daemon.pid) };
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
}

/** What a test asks of a daemon. `client` is for the rest. */
export class Engine {
  readonly client: Client;

  constructor(daemon: TestDaemon) {
    this.client = connect({ host: daemon.host });
  }

  /** Loads busybox:latest. */
  async loadBusybox(): Promise<void> {
    const body = readFileSync(await imageArchive('busybox'));
    const { body: answer } = await this.client.stream('ImageLoad', { query: { quiet: true }, body });
    await text(answer);
  }

  /** Creates and starts a busybox container; returns its id. */
  async run(script: string, request: Partial<ContainerCreateRequest> = {}, name?: string): Promise<string> {
    const id = await this.create(script, request, name);
    await this.client.call('ContainerStart', { path: { id } });
    return id;
  }

  async create(script: string, request: Partial<ContainerCreateRequest> = {}, name?: string): Promise<string> {
    const body = { Image: 'busybox', Cmd: ['sh', '-c', script], ...request } as ContainerCreateRequest;
    return (await this.client.call('ContainerCreate', { query: name === undefined ? {} : { name }, body })).Id;
  }

  /** The exit code, once the container has ended. */
  async wait(id: string): Promise<number> {
    return (await this.client.call('ContainerWait', { path: { id } })).StatusCode;
  }

  async inspect(id: string) {
    return await this.client.call('ContainerInspect', { path: { id } });
  }

  /** Kills and removes, with anonymous volumes. */
  async remove(id: string): Promise<void> {
    await this.client.call('ContainerDelete', { path: { id }, query: { force: true, v: true } });
  }

  /** All that a container without a terminal has written, both streams in order. */
  async logs(id: string): Promise<string> {
    const { body } = await this.client.stream('ContainerLogs', { path: { id }, query: { stdout: true, stderr: true } });
    return await frameText(body);
  }
}

/** The text in the frames of `body`, to its end. */
export async function frameText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new FrameDecoder();
  const pieces: Uint8Array[] = [];
  for await (const chunk of body) pieces.push(...decoder.decode(chunk).map(frame => frame.data));
  return Buffer.concat(pieces).toString();
}

export async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of body) pieces.push(chunk);
  return Buffer.concat(pieces).toString();
}
