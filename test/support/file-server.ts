// Serves the files of a folder on a free port of loopback, which it prints. A program of its own, so that it can run in the
// network namespace of the peer, too: `bun file-server.ts FOLDER`.
import { join } from 'node:path';

const [folder = ''] = process.argv.slice(2);
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch({ url }) {
    const file = Bun.file(join(folder, new URL(url).pathname));
    return (await file.exists()) ? new Response(file) : new Response('gone', { status: 404 });
  },
});
console.log(server.port);
