// A page for /LANGUAGE, with the greeting that the API has for it.
import { createServer } from 'node:http';
import { page } from './page.js';

const { API, PORT } = process.env;

const server = createServer(async (request, response) => {
  const language = encodeURIComponent(request.url.slice(1) || 'en');
  try {
    const answer = await fetch(`${API}/greetings/${language}`);
    const { greeting, error } = await answer.json();
    response.writeHead(answer.status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page(greeting ?? `Sorry: ${error}`));
  } catch (error) {
    response.writeHead(502, { 'content-type': 'text/plain' });
    response.end(`the API does not answer: ${error.cause?.code ?? error.message}\n`);
  }
});

server.listen(Number(PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
