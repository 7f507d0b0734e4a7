// BuildKit's client, loaded when it is first wanted: few commands build, and its protocol is much code.
import type { BuildkitClient } from './buildkit/buildkit-client.ts';
import type { Client } from './client.ts';

/** Connects to the builder of the daemon of `client`; rejects as its calls do. Dispose of it. */
export async function connectBuildkit(client: Pick<Client, 'hijack'>): Promise<BuildkitClient> {
  const buildkit = await import('./buildkit/buildkit-client.ts');
  return await buildkit.BuildkitClient.connect(client);
}
